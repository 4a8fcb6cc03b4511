#include "sim/render/insight_graph.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "sim/render/panel.h"

namespace sandlot {
namespace {

using namespace panel;
using Role = GraphView::Node::Role;

constexpr std::size_t kListedInputs = 16;  // unlinked inputs are shown up to so many in all
constexpr float kNameWidth = 74;           // of inputs and outputs, in units

Color signed_color(float value, float alpha) {
  const Color full = value > 0 ? best : against;
  return full.with_alpha(
      static_cast<std::uint8_t>(std::lround(255 * std::clamp(alpha, 0.0f, 1.0f))));
}

class GraphPicture {
 public:
  GraphPicture(Scene& scene, const GraphView& graph, const GraphBox& box)
      : scene_(scene),
        graph_(graph),
        box_(box),
        u_(box.unit),
        at_(graph.nodes.size()),
        shown_(graph.nodes.size()),
        linked_(graph.nodes.size()) {
    for (const auto& link : graph.links) linked_[link.from] = linked_[link.to] = 1;
  }

  void draw(std::span<const int> shape, const ObservationGrid* grid,
            std::span<const std::string> inputs, std::span<const std::string> outputs) {
    inputs_ = inputs;
    outputs_ = outputs;
    if (grid && shape.size() == 3 && grid->planes > 0)
      place_picture(shape, *grid);
    else
      place_inputs();
    place_outputs();
    place_hidden();
    links();
    nodes();
  }

 private:
  // Planes on top of each other, of the newest frame; a square's colour is its strongest plane's.
  void place_picture(std::span<const int> shape, const ObservationGrid& grid) {
    picture_ = true;
    const int height = shape[1], width = shape[2];
    const auto area = static_cast<std::int32_t>(height * width);
    const float high = 0.42f * (box_.bottom - box_.top), wide = box_.right - box_.left;
    const float cell =
        std::min(high / static_cast<float>(height), wide / static_cast<float>(width));
    const float left = box_.left + (wide - cell * static_cast<float>(width)) / 2;
    std::vector<std::pair<float, int>> strongest(static_cast<std::size_t>(area), {0.0f, -1});
    const std::int32_t newest = shape[0] - grid.planes;
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      const auto& node = graph_.nodes[i];
      if (node.role != Role::input) continue;
      const std::int32_t square = node.number % area, plane = node.number / area;
      at_[i] = {left + (static_cast<float>(square % width) + 0.5f) * cell,
                box_.top + (static_cast<float>(square / width) + 0.5f) * cell};
      if (plane < newest || plane - newest >= grid.placed) continue;
      auto& found = strongest[static_cast<std::size_t>(square)];
      if (node.value > found.first) found = {node.value, plane - newest};
    }
    scene_.rectangle({left + cell * static_cast<float>(width) / 2,
                      box_.top + cell * static_cast<float>(height) / 2},
                     cell * static_cast<float>(width), cell * static_cast<float>(height), track);
    static constexpr Color tints[] = {Color::hex(0x8D92A5), Color::hex(0xF4B942),
                                      Color::hex(0x6BE3A0), Color::hex(0xE4572E),
                                      Color::hex(0x4F8FE0), Color::hex(0xF3F1FF)};
    for (std::int32_t s = 0; s < area; ++s) {
      const auto [value, plane] = strongest[static_cast<std::size_t>(s)];
      if (plane < 0) continue;
      scene_.rectangle({left + (static_cast<float>(s % width) + 0.5f) * cell,
                        box_.top + (static_cast<float>(s / width) + 0.5f) * cell},
                       0.92f * cell, 0.92f * cell,
                       tints[static_cast<std::size_t>(plane) % std::size(tints)]);
    }
    dot_ = std::clamp(0.3f * cell, 1.5f * u_, 4 * u_);
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i)
      if (graph_.nodes[i].role == Role::bias) {
        at_[i] = {box_.left + 6 * u_, box_.top + cell * static_cast<float>(height) + 12 * u_};
        shown_[i] = linked_[i];
      }
    inner_top_ = box_.top + cell * static_cast<float>(height) + 22 * u_;
    inner_left_ = box_.left + 14 * u_;
  }

  void place_inputs() {
    std::size_t inputs = 0;
    for (const auto& node : graph_.nodes) inputs += node.role == Role::input;
    std::vector<std::size_t> list;
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      const Role role = graph_.nodes[i].role;
      if (role == Role::bias ? linked_[i] != 0
                             : role == Role::input && (inputs <= kListedInputs || linked_[i]))
        list.push_back(i);
    }
    column(list, box_.left + kNameWidth * u_, box_.top);
    inner_top_ = box_.top;
    inner_left_ = box_.left + kNameWidth * u_;
  }

  void place_outputs() {
    std::vector<std::size_t> list;
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i)
      if (graph_.nodes[i].role == Role::output) list.push_back(i);
    column(list, box_.right - kNameWidth * u_, inner_top_);
  }

  void column(const std::vector<std::size_t>& list, float x, float top) {
    const float step =
        (box_.bottom - top) / static_cast<float>(std::max<std::size_t>(list.size(), 1));
    for (std::size_t k = 0; k < list.size(); ++k) {
      at_[list[k]] = {x, top + (static_cast<float>(k) + 0.5f) * step};
      shown_[list[k]] = 1;
    }
  }

  // By depth from left to right, in order from top to bottom, shifted a little so that links do not
  // run through nodes.
  void place_hidden() {
    std::map<std::int32_t, std::vector<std::size_t>> levels;
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i)
      if (graph_.nodes[i].role == Role::hidden) levels[graph_.nodes[i].depth].push_back(i);
    const float right = box_.right - kNameWidth * u_;
    float level = 0;
    for (const auto& [depth, list] : levels) {
      level += 1;
      const float x =
          inner_left_ + (right - inner_left_) * level / (static_cast<float>(levels.size()) + 1);
      const float step = (box_.bottom - inner_top_) / static_cast<float>(list.size());
      for (std::size_t k = 0; k < list.size(); ++k) {
        const float shift =
            static_cast<float>((static_cast<int>(level) + static_cast<int>(k)) % 3 - 1) / 6;
        at_[list[k]] = {x, inner_top_ + (static_cast<float>(k) + 0.5f + shift) * step};
        shown_[list[k]] = 1;
      }
    }
  }

  void links() {
    for (const auto& link : graph_.links) {
      const float carried = std::abs(link.weight * graph_.nodes[link.from].value);
      const float alpha = 0.15f + 0.85f * std::min(1.0f, carried);
      const Color color = signed_color(link.weight, alpha);
      const float thick = (0.8f + 0.5f * std::min(4.0f, std::abs(link.weight))) * u_;
      const Point a = at_[link.from], b = at_[link.to];
      if (!link.recurrent) {
        scene_.line(a, b, color, thick);
        continue;
      }
      // In a bow, so that it is seen to lead back.
      const float bow = std::min({16 * u_, box_.bottom - a.y, box_.bottom - b.y});
      const Point way[] = {
          a, {(a.x + b.x) / 2 + (link.from == link.to ? 9 * u_ : 0), std::max(a.y, b.y) + bow}, b};
      scene_.line(way, color, thick);
    }
  }

  void nodes() {
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      const auto& node = graph_.nodes[i];
      const Point at = at_[i];
      if (picture_ && node.role == Role::input) {
        if (linked_[i]) scene_.circle(at, dot_, node.value > 0 ? bright : bar);
        continue;
      }
      if (!shown_[i]) continue;
      const float part = std::min(1.0f, std::abs(node.value));
      scene_.circle(at, 5.5f * u_, track, {node.value > 0 ? best : against, 1.2f * u_});
      if (part > 0.02f) scene_.circle(at, 4.4f * u_, signed_color(node.value, part));
      name(node, at);
    }
  }

  void name(const GraphView::Node& node, Point at) {
    const auto k = static_cast<std::size_t>(node.number);
    const float y = at.y + 3.5f * u_;
    if (node.role == Role::output)
      scene_.text({at.x + 9 * u_, y}, text_of(outputs_, k, 11), 10 * u_, bright);
    else if (node.role == Role::bias)
      scene_.text({at.x + (picture_ ? 9 : -9) * u_, y}, "bias", 10 * u_, dim,
                  picture_ ? Align::left : Align::right);
    else if (node.role == Role::input)
      scene_.text({at.x - 9 * u_, y}, text_of(inputs_, k, 12), 10 * u_, dim, Align::right);
  }

  static std::string text_of(std::span<const std::string> names, std::size_t i, std::size_t most) {
    if (names.empty()) return std::to_string(i);
    std::string name = names[i % names.size()];
    std::replace(name.begin(), name.end(), '_', ' ');
    return shortened(name, most);
  }

  Scene& scene_;
  const GraphView& graph_;
  GraphBox box_;
  float u_, dot_ = 0, inner_top_ = 0, inner_left_ = 0;
  std::vector<Point> at_;
  std::vector<std::uint8_t> shown_, linked_;
  std::span<const std::string> inputs_, outputs_;
  bool picture_ = false;
};

}  // namespace

void draw_graph(Scene& scene, const GraphView& graph, const GraphBox& box,
                std::span<const int> shape, const ObservationGrid* grid,
                std::span<const std::string> inputs, std::span<const std::string> outputs) {
  GraphPicture(scene, graph, box).draw(shape, grid, inputs, outputs);
}

}  // namespace sandlot
