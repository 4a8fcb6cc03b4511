#include "sim/render/png.h"

#include <cairo.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "sim/core/archive.h"

namespace sandlot {
namespace {

// Called by C code, which no exception may cross.
cairo_status_t append(void* closure, const unsigned char* data, unsigned int length) noexcept {
  auto& bytes = *static_cast<std::vector<std::byte>*>(closure);
  const auto* begin = reinterpret_cast<const std::byte*>(data);
  try {
    bytes.insert(bytes.end(), begin, begin + length);
  } catch (const std::bad_alloc&) {
    return CAIRO_STATUS_NO_MEMORY;
  }
  return CAIRO_STATUS_SUCCESS;
}

std::uint32_t premultiplied(const std::uint8_t* rgba) {
  const std::uint32_t a = rgba[3];
  const auto scaled = [a](std::uint32_t c) { return (c * a + 127) / 255; };
  return a << 24 | scaled(rgba[0]) << 16 | scaled(rgba[1]) << 8 | scaled(rgba[2]);
}

}  // namespace

std::vector<std::byte> encode_png(const Frame& frame) {
  if (frame.width <= 0 || frame.height <= 0) throw std::runtime_error("a PNG needs a picture");
  bool opaque = true;
  for (std::size_t i = 3; i < frame.rgba.size(); i += 4) opaque = opaque && frame.rgba[i] == 255;
  const std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)> surface(
      cairo_image_surface_create(opaque ? CAIRO_FORMAT_RGB24 : CAIRO_FORMAT_ARGB32, frame.width,
                                 frame.height),
      &cairo_surface_destroy);
  if (cairo_surface_status(surface.get()) != CAIRO_STATUS_SUCCESS)
    throw std::runtime_error("no memory for a picture");
  const int stride = cairo_image_surface_get_stride(surface.get());
  unsigned char* pixels = cairo_image_surface_get_data(surface.get());
  for (int y = 0; y < frame.height; ++y) {
    auto* row = reinterpret_cast<std::uint32_t*>(pixels + std::ptrdiff_t{y} * stride);
    const auto first = static_cast<std::size_t>(y) * static_cast<std::size_t>(frame.width) * 4;
    for (int x = 0; x < frame.width; ++x)
      row[x] = premultiplied(&frame.rgba[first + static_cast<std::size_t>(x) * 4]);
  }
  cairo_surface_mark_dirty(surface.get());
  std::vector<std::byte> bytes;
  const cairo_status_t status = cairo_surface_write_to_png_stream(surface.get(), append, &bytes);
  if (status != CAIRO_STATUS_SUCCESS)
    throw std::runtime_error(std::string("PNG: ") + cairo_status_to_string(status));
  return bytes;
}

void write_png(const std::filesystem::path& path, const Frame& frame) {
  write_file_atomically(path, encode_png(frame));
}

}  // namespace sandlot
