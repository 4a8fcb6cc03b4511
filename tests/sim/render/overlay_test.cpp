#include "sim/render/overlay.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "sim/render/canvas.h"
#include "tests/sim/render/pixels.h"

using namespace sandlot;

namespace {

std::vector<std::string> texts(const Scene& scene) {
  std::vector<std::string> list;
  for (const auto& p : scene.primitives())
    if (p.kind == Primitive::Kind::text) list.emplace_back(scene.text_of(p));
  return list;
}

bool has(const Scene& scene, const std::string& text) {
  const auto list = texts(scene);
  return std::find(list.begin(), list.end(), text) != list.end();
}

}  // namespace

TEST_CASE("overlay: stands beside the picture and leaves it as it was") {
  Scene scene;
  const auto draw = [&scene] {
    scene.begin(300, 400, {250, 250, 250});
    scene.use_world({.center = {0, 0}, .width = 2, .y_up = true});
    scene.circle({0, 0}, 0.95f, {200, 30, 60});
  };
  Canvas canvas;
  draw();
  const Frame before = canvas.draw(scene);
  draw();
  draw_overlay(
      scene,
      {.title = "world", .episode = 3, .step = 14, .episode_return = -2.5, .action = "jump"});
  const Frame& after = canvas.draw(scene);
  CHECK(after.width == 300 + overlay_width(400));
  CHECK(after.height == 400);
  for (int y = 0; y < 400; ++y)
    for (int x = 0; x < 300; ++x) REQUIRE(pixel(after, x, y) == pixel(before, x, y));
  for (const auto* text : {"world", "3", "14", "-2.5", "jump"}) CHECK(has(scene, text));
}

TEST_CASE("overlay: everything it draws is inside its panel") {
  const std::vector<std::string> names(40, "an action with a long name");
  std::vector<float> values(40);
  for (std::size_t i = 0; i < 40; ++i) values[i] = static_cast<float>(i * 7 % 40) - 20;
  RecentEvents events;
  const std::vector<EventSink::Event> happened(7, {"something_very_long_happened_here", 12.5});
  events.add(happened);
  for (const int height : {120, 300, 500, 1000}) {
    Scene scene;
    scene.begin(500, height, {255, 255, 255});
    draw_overlay(scene, {.title = "title",
                         .action_names = names,
                         .action_values = values,
                         .events = events.entries()});
    for (const auto& p : scene.primitives()) {
      if (p.kind != Primitive::Kind::rectangle) continue;
      CHECK(p.x - p.width / 2 >= 500);
      CHECK(p.x + p.width / 2 <= static_cast<float>(scene.width()) + 0.01f);
      CHECK(p.y + p.height / 2 <= static_cast<float>(height) + 0.01f);
    }
  }
}

TEST_CASE("overlay: the greedy action is highlighted, and the best are shown where not all fit") {
  std::vector<std::string> names;
  std::vector<float> values;
  for (int i = 0; i < 30; ++i) {
    names.push_back("a" + std::to_string(i));
    values.push_back(static_cast<float>(i));
  }
  Scene scene;
  const auto bold = [&scene] {
    std::vector<std::string> list;
    for (const auto& p : scene.primitives())
      if (p.kind == Primitive::Kind::text && p.bold && p.align == Align::left)
        list.emplace_back(scene.text_of(p));
    return list;
  };
  scene.begin(500, 500, {});
  draw_overlay(scene, {.action_names = names, .action_values = values});
  CHECK(bold() == std::vector<std::string>{"a29"});
  CHECK(has(scene, "a28"));
  CHECK(!has(scene, "a0"));

  scene.begin(500, 500, {});
  draw_overlay(scene, {.action_names = std::span(names).first(3),
                       .action_values = std::span(values).first(3)});
  CHECK(bold() == std::vector<std::string>{"a2"});
  CHECK(has(scene, "a0"));
}

TEST_CASE("overlay: events are named in words, newest first, and fade away") {
  RecentEvents events;
  const std::vector<EventSink::Event> first{{"red_light", 0}}, second{{"captured", 3}};
  events.add(first);
  events.advance(1);
  events.add(second);
  REQUIRE(events.entries().size() == 2);
  CHECK(events.entries()[0].text == "captured 3");
  CHECK(events.entries()[1].text == "red light");
  events.advance(2.5);
  REQUIRE(events.entries().size() == 1);
  CHECK(events.entries()[0].text == "captured 3");
  for (int i = 0; i < 10; ++i) events.add(first);
  CHECK(events.entries().size() == RecentEvents::most);
}
