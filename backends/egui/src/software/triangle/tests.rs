use std::sync::Arc;

use egui::{ColorImage, TextureOptions};

use super::*;
use crate::textures::Texture;

const SIDE: usize = 40;
const CLIP: Clip = Clip { left: 0, top: 0, right: SIDE as i32, bottom: SIDE as i32 };

fn white() -> Texture {
    let image = Arc::new(ColorImage::filled([1, 1], Color32::WHITE));
    Texture { image, options: TextureOptions::LINEAR }
}

/// Draws triangles with these corners, over black.
fn drawn(clip: Clip, color: [u8; 4], triangles: &[[[f32; 2]; 3]]) -> Vec<[u8; 4]> {
    let texture = white();
    let sampler = Sampler::new(&texture).unwrap();
    let mut pixels = vec![[0, 0, 0, 255]; SIDE * SIDE];
    let mut target = Target { pixels: &mut pixels, width: SIDE };
    for corners in triangles {
        let [a, b, c] = corners.map(|at| Vertex::new(at, [0.0; 2], color));
        draw(&mut target, clip, [&a, &b, &c], &sampler);
    }
    pixels
}

/// How many pixels have this color.
fn count(pixels: &[[u8; 4]], color: [u8; 4]) -> usize {
    pixels.iter().filter(|pixel| **pixel == color).count()
}

#[test]
fn triangles_that_share_edges_cover_every_pixel_once() {
    // A fan around a point, in either direction, whose parts meet in pixels' middles, on edges and in between.
    for center in [[20.0, 20.0], [20.5, 17.5], [13.27, 22.81]] {
        let ring = [
            [5.0, 5.0],
            [20.5, 3.5],
            [35.0, 5.0],
            [36.5, 20.5],
            [35.0, 35.0],
            [18.31, 36.77],
            [5.0, 35.0],
        ];
        let mut fan = Vec::new();
        for (n, at) in ring.iter().enumerate() {
            let next = ring[(n + 1) % ring.len()];
            fan.push(if n % 2 == 0 { [center, *at, next] } else { [next, *at, center] });
        }
        let pixels = drawn(CLIP, [100, 0, 0, 100], &fan);
        let (once, never) = (count(&pixels, [100, 0, 0, 255]), count(&pixels, [0, 0, 0, 255]));
        assert_eq!(once + never, SIDE * SIDE, "some pixels are covered twice");
        assert!((900..1000).contains(&once), "{once}");
    }
}

#[test]
fn a_rectangle_covers_the_pixels_whose_middles_it_has() {
    for (left, top, right, bottom, expected) in [
        (3.0, 4.0, 7.0, 9.0, 20),
        (3.5, 4.5, 7.5, 9.5, 20),
        (3.6, 4.6, 3.9, 9.0, 0),
        (-10.0, -10.0, 100.0, 100.0, SIDE * SIDE),
        (-5e9, -5e9, 5e9, 5e9, SIDE * SIDE),
    ] {
        let corners = [[left, top], [right, top], [right, bottom], [left, bottom]];
        let [a, b, c, d] = corners;
        let pixels = drawn(CLIP, [255; 4], &[[a, b, c], [a, c, d]]);
        assert_eq!(count(&pixels, [255; 4]), expected, "{corners:?}");
    }
}

#[test]
fn nothing_is_drawn_outside_of_the_clip() {
    let clip = Clip { left: 10, top: 12, right: 20, bottom: 15 };
    let pixels = drawn(clip, [255; 4], &[[[-99.0, -99.0], [300.0, -99.0], [-99.0, 300.0]]]);
    assert_eq!(count(&pixels, [255; 4]), 30);
    assert_eq!(pixels[12 * SIDE + 10], [255; 4]);
    assert_eq!(pixels[14 * SIDE + 19], [255; 4]);
}

#[test]
fn what_is_no_triangle_is_left_out() {
    let odd = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e38];
    let mut all = vec![[[1.0, 1.0], [9.0, 9.0], [5.0, 5.0]], [[1.0, 1.0]; 3]];
    for x in odd {
        all.push([[x, x], [x, 1.0], [1.0, x]]);
        all.push([[x, 1.0], [9.0, 9.0], [1.0, x]]);
    }
    // No panic is enough for numbers that mean nothing.
    drawn(CLIP, [9, 9, 9, 9], &all);
    assert_eq!(count(&drawn(CLIP, [9; 4], &all[..2]), [0, 0, 0, 255]), SIDE * SIDE);
}

#[test]
fn colors_change_evenly_between_the_corners() {
    let texture = white();
    let sampler = Sampler::new(&texture).unwrap();
    let mut pixels = vec![[0, 0, 0, 255]; SIDE * SIDE];
    let mut target = Target { pixels: &mut pixels, width: SIDE };
    let at =
        |x: f32, y: f32| Vertex::new([x, y], [0.0; 2], [(x * 5.0) as u8, (y * 5.0) as u8, 0, 255]);
    let [a, b, c, d] = [at(0.0, 0.0), at(40.0, 0.0), at(40.0, 40.0), at(0.0, 40.0)];
    draw(&mut target, CLIP, [&a, &b, &c], &sampler);
    draw(&mut target, CLIP, [&a, &c, &d], &sampler);
    for (n, pixel) in pixels.iter().enumerate() {
        let value = |at: usize| (at as f32 + 0.5) * 5.0;
        let [red, green] = [value(n % SIDE), value(n / SIDE)];
        assert!((f32::from(pixel[0]) - red).abs() <= 0.51, "{pixel:?} instead of {red}");
        assert!((f32::from(pixel[1]) - green).abs() <= 0.51, "{pixel:?} instead of {green}");
    }
}

#[test]
fn a_texture_shows_texel_by_texel_where_they_are_as_large_as_pixels_and_smoothly_elsewhere() {
    let pixels = (0..64).map(|n| Color32::from_rgba_premultiplied(n * 4, 0, 255 - n * 4, 255));
    let image = Arc::new(ColorImage::new([8, 8], pixels.collect()));
    let texture = Texture { image, options: TextureOptions::LINEAR };
    let sampler = Sampler::new(&texture).unwrap();
    let show = |left: f32, side: f32| {
        let mut pixels = vec![[0, 0, 0, 255]; SIDE * SIDE];
        let mut target = Target { pixels: &mut pixels, width: SIDE };
        let at = |u: f32, v: f32| Vertex::new([left + u * side, 6.0 + v * side], [u, v], [255; 4]);
        let [a, b, c, d] = [at(0.0, 0.0), at(1.0, 0.0), at(1.0, 1.0), at(0.0, 1.0)];
        draw(&mut target, CLIP, [&a, &b, &c], &sampler);
        draw(&mut target, CLIP, [&a, &c, &d], &sampler);
        pixels
    };
    let exact = show(5.0, 8.0);
    for (n, texel) in texture.image.pixels.iter().enumerate() {
        assert_eq!(exact[(6 + n / 8) * SIDE + 5 + n % 8], texel.to_array());
    }
    assert_eq!(count(&exact, [0, 0, 0, 255]), SIDE * SIDE - 64);
    // Half a pixel further: between two texels.
    let between = show(5.5, 8.0)[6 * SIDE + 6];
    assert_eq!(between, [2, 0, 253, 255]);
    // Four times as large: a quarter of a texel from one to the next.
    let large = show(0.0, 32.0);
    let row: Vec<_> = (6..10).map(|x| large[8 * SIDE + x][0]).collect();
    assert!(row.is_sorted() && row[3] - row[0] <= 4, "{row:?}");
}

#[test]
fn premultiplied_colors_lie_over_what_is_there() {
    for (color, expected) in [
        ([255, 255, 255, 255], [255, 255, 255, 255]),
        ([0, 0, 0, 0], [0, 0, 0, 255]),
        ([100, 50, 0, 128], [100, 50, 0, 255]),
        // Light that is added, as egui's shadows and glows may have it.
        ([100, 50, 0, 0], [100, 50, 0, 255]),
    ] {
        let pixels = drawn(CLIP, color, &[[[0.0, 0.0], [40.0, 0.0], [0.0, 40.0]]]);
        assert_eq!(pixels[0], expected);
    }
    let mut pixel = [200, 100, 0, 255];
    blend(&mut pixel, [64.0, 0.0, 0.0, 127.5]);
    assert_eq!(pixel, [164, 50, 0, 255]);
    let mut pixel = [200, 100, 0, 255];
    blend_texel(&mut pixel, Color32::from_rgba_premultiplied(128, 128, 128, 128), [255, 0, 0, 255]);
    assert_eq!(pixel, [228, 50, 0, 255]);
}
