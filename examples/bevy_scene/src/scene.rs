//! The scene: plain bevy, but for the target of its camera.

use std::f32::consts::TAU;

use bevy::camera::RenderTarget;
use bevy::core_pipeline::tonemapping::Tonemapping;
use bevy::input::mouse::{AccumulatedMouseMotion, AccumulatedMouseScroll};
use bevy::prelude::*;

use crate::engine::CANVAS;

/// Adds the scene to `app`.
pub fn build(app: &mut App) {
    app.insert_resource(ClearColor(Color::srgb(0.09, 0.11, 0.16)))
        .add_systems(Startup, set_up)
        .add_systems(Update, (orbit, turn));
}

/// Turns and floats.
#[derive(Component)]
struct Turns(f32);

/// A camera that looks at the middle: angles in radians, and its distance.
#[derive(Component)]
struct Orbit {
    yaw: f32,
    pitch: f32,
    distance: f32,
}

fn set_up(
    mut commands: Commands,
    mut meshes: ResMut<Assets<Mesh>>,
    mut materials: ResMut<Assets<StandardMaterial>>,
) {
    let shapes = [
        meshes.add(Torus::new(0.3, 0.7)),
        meshes.add(Cuboid::new(1.0, 1.0, 1.0)),
        meshes.add(Capsule3d::new(0.35, 0.7)),
        meshes.add(Sphere::new(0.6)),
        meshes.add(Cone::new(0.6, 1.2)),
        meshes.add(Tetrahedron::default()),
    ];
    let count = shapes.len() as f32;
    for (n, shape) in shapes.into_iter().enumerate() {
        let angle = n as f32 / count * TAU;
        let material = StandardMaterial {
            base_color: Color::hsl(angle.to_degrees(), 0.75, 0.55),
            perceptual_roughness: 0.35,
            ..default()
        };
        commands.spawn((
            Mesh3d(shape),
            MeshMaterial3d(materials.add(material)),
            Transform::from_xyz(angle.cos() * 2.6, 1.0, angle.sin() * 2.6),
            Turns(angle),
        ));
    }
    let ground = StandardMaterial {
        base_color: Color::srgb(0.32, 0.36, 0.44),
        perceptual_roughness: 0.9,
        ..default()
    };
    commands.spawn((
        Mesh3d(meshes.add(Cylinder::new(4.4, 0.15))),
        MeshMaterial3d(materials.add(ground)),
    ));
    commands.spawn((
        DirectionalLight { illuminance: 9_000.0, shadow_maps_enabled: true, ..default() },
        Transform::from_xyz(4.0, 7.0, 3.0).looking_at(Vec3::ZERO, Vec3::Y),
    ));
    commands.spawn((
        Camera3d::default(),
        // Needs no table that is read from a file.
        Tonemapping::AcesFitted,
        AmbientLight { brightness: 350.0, ..default() },
        CANVAS as RenderTarget,
        Orbit { yaw: 0.5, pitch: 0.45, distance: 9.0 },
        Transform::default(),
    ));
}

fn orbit(
    buttons: Res<ButtonInput<MouseButton>>,
    motion: Res<AccumulatedMouseMotion>,
    scroll: Res<AccumulatedMouseScroll>,
    mut cameras: Query<(&mut Orbit, &mut Transform)>,
) {
    for (mut orbit, mut transform) in &mut cameras {
        // A quick drag may begin and end between two pictures.
        if buttons.pressed(MouseButton::Left) || buttons.just_released(MouseButton::Left) {
            orbit.yaw -= motion.delta.x * 0.01;
            orbit.pitch = (orbit.pitch + motion.delta.y * 0.01).clamp(0.05, 1.5);
        }
        orbit.distance = (orbit.distance * (-scroll.delta.y * 0.001).exp()).clamp(4.0, 20.0);
        let turned = Quat::from_rotation_y(orbit.yaw) * Quat::from_rotation_x(-orbit.pitch);
        transform.translation = turned * Vec3::Z * orbit.distance;
        transform.look_at(Vec3::Y * 0.5, Vec3::Y);
    }
}

fn turn(
    time: Res<Time>,
    keys: Res<ButtonInput<KeyCode>>,
    mut stops: Local<bool>,
    mut shapes: Query<(&mut Transform, &mut Turns)>,
) {
    *stops ^= keys.just_pressed(KeyCode::Space);
    if *stops {
        return;
    }
    for (mut transform, mut turns) in &mut shapes {
        turns.0 += time.delta_secs();
        transform.rotation = Quat::from_euler(EulerRot::YXZ, turns.0, turns.0 * 0.6, 0.0);
        transform.translation.y = 1.1 + 0.25 * (turns.0 * 1.7).sin();
    }
}
