#include "sim/render/insight.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sim/render/insight_graph.h"
#include "sim/render/panel.h"

namespace sandlot {
namespace {

using namespace panel;

constexpr std::size_t kListed = 12;       // numbers of the list, at most
constexpr int kMaps = 8;                  // of a convolution's channels, at most
constexpr int kMapSide = 14;              // cells across a map, at most
constexpr std::size_t kUnitsAcross = 16;  // in a row of a dense layer
constexpr std::size_t kUnitRows = 4;

std::size_t index(int i) { return static_cast<std::size_t>(i); }

Color mixed(Color a, Color b, float t) {
  const auto mix = [&](std::uint8_t x, std::uint8_t y) {
    return static_cast<std::uint8_t>(
        std::lround(static_cast<float>(x) + t * (static_cast<float>(y) - static_cast<float>(x))));
  };
  return {mix(a.r, b.r), mix(a.g, b.g), mix(a.b, b.b), 255};
}

float largest(std::span<const float> values) {
  float most = 0;
  for (const float x : values)
    if (std::isfinite(x)) most = std::max(most, std::abs(x));
  return most;
}

// Amber for what is above 0, blue for what is below, the track's colour for nothing.
Color held(float value, float most) {
  if (!(most > 0) || !std::isfinite(value)) return track;
  return mixed(track, value > 0 ? best : against, std::sqrt(std::abs(value) / most));
}

class InsightPanel {
 public:
  InsightPanel(Scene& scene, float left, float u)
      : scene_(scene),
        u_(u),
        left_(left + 18 * u),
        right_(static_cast<float>(scene.width()) - 18 * u),
        bottom_(static_cast<float>(scene.height()) - 12 * u) {}

  // `low` and `high` say what the two colours stand for.
  void heading(std::string_view text, std::string_view low, std::string_view high) {
    y_ += 30 * u_;
    scene_.text({left_, y_}, text, 16 * u_, bright, Align::left, true);
    scene_.text({right_ - 48 * u_, y_}, low, 11 * u_, against, Align::right);
    scene_.text({right_, y_}, high, 11 * u_, best, Align::right);
    y_ += 12 * u_;
    scene_.line({left_, y_}, {right_, y_}, rule, u_);
  }
  void remark(std::string_view text) {
    if (y_ + 22 * u_ > bottom_) return;
    y_ += 22 * u_;
    scene_.text({left_, y_}, text, 12 * u_, dim);
  }
  void numbers(const InsightInfo& info, float bottom);
  void network(std::span<const LayerView> layers);
  float bottom() const { return bottom_; }
  GraphBox rest() const { return {left_, y_ + 8 * u_, right_, bottom_, u_}; }

 private:
  float layer_height(const LayerView& layer, float cell) const;
  void maps(const LayerView& layer, float cell, float most);
  void units(const LayerView& layer, float cell, float most);

  Scene& scene_;
  float u_, left_, right_, bottom_;
  float y_ = 0;
};

// The numbers that mattered most, largest first.
void InsightPanel::numbers(const InsightInfo& info, float bottom) {
  std::vector<std::size_t> order(info.gradient.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::abs(info.gradient[a]) > std::abs(info.gradient[b]);
  });
  const auto fits = static_cast<std::size_t>(std::max(1.0f, (bottom - y_) / (22 * u_)));
  order.resize(std::min({order.size(), fits, kListed}));
  const float most = largest(info.gradient), middle = (left_ + 118 * u_ + right_) / 2;
  const float half = right_ - middle;
  const std::size_t width = info.names.size(),
                    frames = width > 0 ? info.gradient.size() / width : 1;
  for (const std::size_t i : order) {
    y_ += 22 * u_;
    std::string name = width > 0 ? info.names[i % width] : "number " + std::to_string(i);
    std::replace(name.begin(), name.end(), '_', ' ');
    const std::size_t ago = width > 0 ? frames - 1 - i / width : 0;
    if (ago > 0) name += " −" + std::to_string(ago);
    scene_.text({left_, y_}, shortened(name, 17), 12 * u_, bright);
    const float part = most > 0 ? info.gradient[i] / most : 0;
    const float y = y_ - 4 * u_, length = std::abs(part) * half;
    scene_.rectangle({middle, y}, 2 * half, 6 * u_, track, 3 * u_);
    if (length > 0)
      scene_.rectangle({middle + (part > 0 ? length : -length) / 2, y}, length, 6 * u_,
                       part > 0 ? best : against, std::min(3 * u_, length / 2));
    scene_.line({middle, y - 5 * u_}, {middle, y + 5 * u_}, dim, u_);
  }
}

float InsightPanel::layer_height(const LayerView& layer, float cell) const {
  if (layer.height * layer.width > 1) return (right_ - left_) / kMaps + 2 * u_;
  const std::size_t units = std::min(index(layer.channels), kUnitsAcross * kUnitRows);
  return static_cast<float>((units + kUnitsAcross - 1) / kUnitsAcross) * cell;
}

void InsightPanel::network(std::span<const LayerView> layers) {
  const float cell = (right_ - left_) / static_cast<float>(kUnitsAcross);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const LayerView& layer = layers[i];
    const float needed = 26 * u_ + layer_height(layer, cell);
    if (y_ + needed > bottom_) {
      remark("… and " + std::to_string(layers.size() - i) + " more");
      return;
    }
    y_ += 20 * u_;
    const bool image = layer.height * layer.width > 1;
    scene_.text({left_, y_}, shortened(layer.name, 26), 12 * u_, bright);
    if (image)
      scene_.text({right_, y_},
                  std::to_string(layer.channels) + "×" + std::to_string(layer.height) + "×" +
                      std::to_string(layer.width),
                  11 * u_, dim, Align::right);
    y_ += 6 * u_;
    if (layer.values.empty()) continue;
    const float most = largest(layer.values);
    if (image)
      maps(layer, cell, most);
    else
      units(layer, cell, most);
  }
}

void InsightPanel::maps(const LayerView& layer, float, float most) {
  const float gap = 3 * u_, side = (right_ - left_ - gap * (kMaps - 1)) / kMaps;
  const int across = std::min(layer.width, kMapSide), down = std::min(layer.height, kMapSide);
  const float cell = side / static_cast<float>(std::max(across, down));
  for (int c = 0; c < std::min(layer.channels, kMaps); ++c) {
    const float left = left_ + static_cast<float>(c) * (side + gap);
    scene_.rectangle({left + side / 2, y_ + side / 2}, side, side, track);
    for (int row = 0; row < down; ++row)
      for (int column = 0; column < across; ++column) {
        const int from = (row * layer.height / down * layer.width + column * layer.width / across) *
                             layer.channels +
                         c;
        const float value = layer.values[index(from)];
        if (std::abs(value) < 0.02f * most) continue;
        scene_.rectangle({left + (static_cast<float>(column) + 0.5f) * cell,
                          y_ + (static_cast<float>(row) + 0.5f) * cell},
                         1.04f * cell, 1.04f * cell, held(value, most));  // no seams
      }
  }
  y_ += side;
}

void InsightPanel::units(const LayerView& layer, float cell, float most) {
  const std::size_t shown = std::min(layer.values.size(), kUnitsAcross * kUnitRows);
  for (std::size_t i = 0; i < shown; ++i) {
    const Point at{left_ + (static_cast<float>(i % kUnitsAcross) + 0.5f) * cell,
                   y_ + (static_cast<float>(i / kUnitsAcross) + 0.5f) * cell};
    scene_.rectangle(at, 0.8f * cell, 0.8f * cell, held(layer.values[i], most), 0.2f * cell);
  }
  y_ += layer_height(layer, cell);
}

}  // namespace

int insight_width(int height) { return static_cast<int>(std::lround(270 * unit(height))); }

std::vector<float> heat_of(std::span<const float> gradient, std::span<const int> shape,
                           const ObservationGrid& grid) {
  if (shape.size() != 3 || grid.planes < 1) return {};
  const std::size_t area = index(shape[1]) * index(shape[2]), planes = index(shape[0]);
  std::vector<float> heat(area);
  for (std::size_t plane = 0; plane < planes; ++plane) {
    if (plane % index(grid.planes) >= index(grid.placed)) continue;
    for (std::size_t i = 0; i < area; ++i) {
      const float g = gradient[plane * area + i];
      heat[i] += g * g;
    }
  }
  for (float& value : heat) value = std::sqrt(value);
  return heat;
}

void draw_heat(Scene& scene, const InsightInfo& info) {
  if (!info.saliency || !info.grid || info.gradient.empty() || scene.cameras().size() < 2) return;
  const std::vector<float> heat = heat_of(info.gradient, info.shape, *info.grid);
  const float most = largest(heat), side = info.grid->side;
  if (heat.empty() || !(most > 0)) return;
  constexpr Color cool = Color::hex(0xFFD447), hot = Color::hex(0xE5263A);
  const int width = info.shape[2];
  scene.use_camera(1);
  for (std::size_t i = 0; i < heat.size(); ++i) {
    const float part = heat[i] / most;
    if (part < 0.08f) continue;
    const float column = static_cast<float>(static_cast<int>(i) % width),
                row = static_cast<float>(static_cast<int>(i) / width);
    const auto alpha = static_cast<std::uint8_t>(std::lround(40 + 150 * part));
    scene.rectangle(
        {info.grid->left + (column + 0.5f) * side, info.grid->top - (row + 0.5f) * side}, side,
        side, mixed(cool, hot, part).with_alpha(alpha));
  }
  scene.use_screen();
}

void draw_insight(Scene& scene, const InsightInfo& info) {
  const bool list = info.saliency && !(info.grid && !info.gradient.empty());
  if (!list && !info.network) return;
  const float u = unit(scene.height());
  const auto height = static_cast<float>(scene.height());
  scene.use_screen();
  const auto left = static_cast<float>(scene.width());
  scene.widen(insight_width(scene.height()));
  const float width = static_cast<float>(scene.width()) - left;
  scene.rectangle({left + width / 2, height / 2}, width, height, ground);
  scene.line({left, 0}, {left, height}, rule, u);
  InsightPanel p(scene, left, u);
  if (list) {
    p.heading("What mattered", "against", "for");
    if (info.gradient.empty())
      p.remark("nothing: no gradient to show");
    else
      p.numbers(info, info.network ? 0.45f * height : p.bottom());
  }
  if (!info.network) return;
  p.heading("Network", "below 0", "above");
  if (info.graph && !info.graph->nodes.empty())
    draw_graph(scene, *info.graph, p.rest(), info.shape, info.grid, info.names, info.actions);
  else if (info.layers.empty())
    p.remark("this policy has none");
  else
    p.network(info.layers);
}

}  // namespace sandlot
