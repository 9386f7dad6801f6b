#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/text.hpp"

namespace sweepbox {

/// What the floats of a headerless .bin could be.
struct BinLayout {
  std::vector<std::string> channels;  ///< for CloudOptions::bin_channels
  Text why;                           ///< what speaks for it, for the person who chooses
};

/// Layouts that a .bin of float32 could have (formats.md 3.3), the likelier first. `size` is that
/// of the whole file, `begin` its first bytes (a megabyte says as much as all). Tried are 3 to 7
/// floats a point: x y z | intensity | ring (nuScenes) or time | elongation time (Waymo as mmdet3d
/// writes it) | rcs v_r v_r_compensated time (View-of-Delft's radar).
///
/// A layout fits where the size is a multiple of it, coordinates and heights are those of a drive
/// (|x|, |y| up to 1 km, most |z| up to 30 m), each channel is in its range, and its columns differ
/// from each other: under a wrong width they are shuffled, and each looks like all. Empty where
/// nothing fits (no .bin of float32, or coordinates of the world); of two that fit the person must
/// be asked. Few points (less than about fifty) fit easily.
std::vector<BinLayout> guess_bin_channels(std::uint64_t size, std::span<const std::byte> begin);

}  // namespace sweepbox
