#pragma once
#include <cstdint>

#include "core/cloud/columns.hpp"

// Inside the room cloud: from a type that a file names to one of C++.
namespace sweepbox::columns {

/// Calls with a value of the column's number type.
template <class Function>
auto with_type(Type type, Function function) {
  switch (type) {
    case Type::f32:
      return function(float{});
    case Type::f64:
      return function(double{});
    case Type::i8:
      return function(std::int8_t{});
    case Type::i16:
      return function(std::int16_t{});
    case Type::i32:
      return function(std::int32_t{});
    case Type::i64:
      return function(std::int64_t{});
    case Type::u8:
      return function(std::uint8_t{});
    case Type::u16:
      return function(std::uint16_t{});
    case Type::u32:
      return function(std::uint32_t{});
    case Type::u64:
      return function(std::uint64_t{});
  }
  return function(float{});
}

}  // namespace sweepbox::columns
