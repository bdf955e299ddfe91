// A cube without vertex buffers: each face is two triangles, whose corners follow from the vertex' number.

struct Camera {
    clip_from_world: mat4x4f,
    eye: vec4f,
}

@group(0) @binding(0) var<uniform> camera: Camera;

struct Corner {
    @builtin(position) clip: vec4f,
    @location(0) world: vec3f,
    @location(1) normal: vec3f,
    @location(2) face: vec2f,
}

@vertex
fn vertex(@builtin(vertex_index) index: u32) -> Corner {
    let face = index / 6u;
    let axis = face / 2u;
    let side = f32(face % 2u) * 2.0 - 1.0;
    // Both triangles, seen from outside against the clock.
    let corners = array(vec2f(-1.0, -1.0), vec2f(1.0, -1.0), vec2f(1.0, 1.0), vec2f(-1.0, -1.0), vec2f(1.0, 1.0), vec2f(-1.0, 1.0));
    let place = corners[index % 6u];
    var normal = vec3f(0.0);
    normal[axis] = side;
    var world = normal;
    world[(axis + 1u) % 3u] = place.x * side;
    world[(axis + 2u) % 3u] = place.y;
    return Corner(camera.clip_from_world * vec4f(world, 1.0), world, normal, place);
}

@fragment
fn fragment(corner: Corner) -> @location(0) vec4f {
    // A rounded frame on each face, drawn as smoothly as the pixels allow.
    let edge = max(abs(corner.face.x), abs(corner.face.y));
    let width = fwidth(edge);
    let frame = smoothstep(0.86 - width, 0.86 + width, edge);
    let color = mix(0.5 + 0.5 * corner.normal.zxy * vec3f(0.7, 0.5, 0.9), vec3f(0.9), frame);
    let to_light = normalize(vec3f(0.5, 1.0, 0.8));
    let to_eye = normalize(camera.eye.xyz - corner.world);
    let shine = pow(max(dot(corner.normal, normalize(to_light + to_eye)), 0.0), 40.0);
    let light = 0.25 + 0.75 * max(dot(corner.normal, to_light), 0.0);
    return vec4f(color * light + shine * 0.4, 1.0);
}
