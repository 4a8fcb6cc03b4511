#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <thread>

#include "envs/city/map_drawing.h"
#include "envs/city/map_file.h"
#include "envs/city/map_generator.h"
#include "envs/city/map_source.h"
#include "sim/cli/common.h"
#include "sim/cli/verbs.h"
#include "sim/config/experiment_config.h"
#include "sim/core/archive.h"
#include "sim/render/canvas.h"
#include "sim/render/png.h"
#include "sim/render/window.h"

namespace sandlot {
namespace fs = std::filesystem;
namespace {

struct Options {
  std::string file, out, side = "auto";
  std::vector<double> center;
  bool network = false;
  double meters = 0;
  int width = 1600, height = 0;
  std::string kind = "grid";
  double size = 600, density = 0.7;
  std::uint64_t seed = 1;
};

[[noreturn]] void refuse(const std::string& path, const std::string& what) {
  throw ConfigError({{{path, 0, 0}, "", what}});
}

void check_folder(const fs::path& file) {
  const fs::path folder = file.parent_path().empty() ? fs::path(".") : file.parent_path();
  if (!fs::is_directory(folder)) refuse(file.string(), "there is no folder " + folder.string());
  if (fs::is_directory(file)) refuse(file.string(), "this is a folder, not a file");
}

city::DrivingSide side_of(const Options& options) {
  return options.side == "left"    ? city::DrivingSide::left
         : options.side == "right" ? city::DrivingSide::right
                                   : city::DrivingSide::automatic;
}

std::shared_ptr<const city::CityMap> open(const Options& options, city::ImportReport& report) {
  try {
    return city::open_map(options.file, side_of(options), report);
  } catch (const city::MapError& e) {
    const std::string text = e.what();
    const std::string prefix = options.file + ": ";
    refuse(options.file, text.starts_with(prefix) ? text.substr(prefix.size()) : text);
  }
}

void print_row(const std::string& what, const std::string& value) {
  std::printf("  %s  %s\n", padded_to(value, 9, true).c_str(), what.c_str());
}

void print_summary(const city::CityMap& m) {
  double kilometres = 0, footways = 0;
  for (const auto& lane : m.lanes)
    if (!lane.internal()) kilometres += static_cast<double>(lane.length) / 1000;
  for (const auto& edge : m.foot_edges) footways += static_cast<double>(edge.length) / 1000;
  std::int64_t road_lanes = 0, signed_control = 0, roundabouts = 0;
  for (const auto& lane : m.lanes) road_lanes += !lane.internal();
  for (const auto& x : m.intersections) {
    bool sign = false, round = false;
    for (std::int32_t k = 0; k < x.internal_count; ++k) {
      const auto control = m.lanes[static_cast<std::size_t>(x.first_internal + k)].control;
      sign = sign || control == city::Control::yield || control == city::Control::stop;
      round = round || control == city::Control::roundabout;
    }
    signed_control += sign;
    roundabouts += round;
  }
  char text[64];
  const city::Vec2 size = m.bounds.high - m.bounds.low;
  std::snprintf(text, sizeof text, "%.0f × %.0f m", static_cast<double>(size.x),
                static_cast<double>(size.y));
  std::printf("%s  %s, %s\n", bold(m.name.empty() ? "map" : m.name).c_str(), text,
              m.left_hand_traffic ? "traffic on the left" : "traffic on the right");
  std::snprintf(text, sizeof text, "%.2f km", kilometres);
  print_row("of lanes", text);
  const auto number = [](std::size_t n) { return with_thousands(static_cast<std::int64_t>(n)); };
  print_row("streets, by direction", number(m.roads.size()));
  print_row("intersections", number(m.intersections.size()));
  print_row("with signals", number(m.programs.size()));
  print_row("with stop or give-way rules", with_thousands(signed_control));
  print_row("entries to roundabouts", with_thousands(roundabouts));
  print_row("crossings", number(m.crossings.size()));
  std::snprintf(text, sizeof text, "%.2f km", footways);
  print_row("of footways", text);
  print_row("parking places", number(m.parking.size()));
  print_row("buildings", number(m.buildings.size()));
  print_row("greens, waters and squares", number(m.areas.size()));
  print_row("trees", number(m.trees.size()));
}

void print_report(const city::ImportReport& report) {
  if (report.lines.empty()) {
    std::printf("%s\n", dim("nothing had to be repaired").c_str());
    return;
  }
  std::printf("%s\n", bold("repaired or left out").c_str());
  for (const auto& line : report.lines) print_row(line.what, with_thousands(line.count));
}

int import_map(const Options& options) {
  if (!options.out.empty()) {
    check_folder(options.out);
    if (fs::path(options.out).extension() != ".city")
      refuse(options.out, "expected the name of a map: it ends in .city");
  }
  city::ImportReport report;
  const auto map = open(options, report);
  print_summary(*map);
  print_report(report);
  if (!map->attribution.empty()) std::printf("%s\n", dim(map->attribution).c_str());
  if (options.out.empty()) return 0;
  city::write_map(options.out, *map);
  std::printf("%s %s\n", dim("written").c_str(), options.out.c_str());
  return 0;
}

int generate_map(const Options& options) {
  if (!options.out.empty()) {
    check_folder(options.out);
    if (fs::path(options.out).extension() != ".city")
      refuse(options.out, "expected the name of a map: it ends in .city");
  }
  city::TownSettings settings;
  settings.kind = options.kind == "radial"    ? city::TownKind::radial
                  : options.kind == "organic" ? city::TownKind::organic
                                              : city::TownKind::grid;
  settings.size = options.size;
  settings.density = options.density;
  settings.left_hand_traffic = options.side == "left";
  const auto map = city::generate_town(settings, options.seed);
  print_summary(*map);
  if (options.out.empty()) return 0;
  city::write_map(options.out, *map);
  std::printf("%s %s\n", dim("written").c_str(), options.out.c_str());
  return 0;
}

// The whole map, or the part that was asked for; a picture of its shape.
struct Picture {
  Camera camera;
  int width, height;
};

Picture picture_of(const city::CityMap& map, const Options& options) {
  // Houses stand around the outermost streets.
  constexpr city::Vec2 kAround{24, 24};
  const city::Vec2 low = map.bounds.low - kAround, high = map.bounds.high + kAround;
  const city::Vec2 size = high - low;
  Picture picture{};
  picture.camera.center = {(low.x + high.x) / 2, (low.y + high.y) / 2};
  picture.camera.width = size.x;
  picture.camera.y_up = true;
  picture.width = options.width;
  float shape = std::clamp(size.y / picture.camera.width, 0.3f, 2.0f);
  if (options.center.size() == 2)
    picture.camera.center = {static_cast<float>(options.center[0]),
                             static_cast<float>(options.center[1])};
  if (options.meters > 0) {
    picture.camera.width = static_cast<float>(options.meters);
    shape = 0.7f;
  } else if (shape > 1.2f) {  // tall maps are not shown in full width
    picture.width = static_cast<int>(static_cast<float>(options.width) * 1.2f / shape);
  }
  picture.height = options.height > 0
                       ? options.height
                       : static_cast<int>(std::lround(static_cast<float>(picture.width) * shape));
  return picture;
}

void draw(const city::CityMap& map, const city::MapPainter& painter, const Picture& picture,
          double time, bool network, Scene& scene) {
  scene.begin(picture.width, picture.height, city::MapPainter::land());
  scene.use_world(picture.camera);
  painter.draw_ground(scene, picture.camera);
  painter.draw_buildings(scene, picture.camera);
  painter.draw_signals(scene, picture.camera, time);
  if (network) painter.draw_network(scene, picture.camera);
  if (map.attribution.empty()) return;
  scene.use_screen();
  scene.text({static_cast<float>(picture.width) - 10, static_cast<float>(picture.height) - 10},
             map.attribution, 13, Color::hex(0x5b5548), Align::right);
}

void show_in_window(const city::CityMap& map, const city::MapPainter& painter, Picture picture,
                    bool network) {
  picture.width = 1280;
  picture.height = 860;
  picture.camera.width =
      std::max(picture.camera.width, (map.bounds.high.y - map.bounds.low.y) * 1280 / 860);
  install_stop_handler();
  Window window("Sandlot: " + map.name, picture.width, picture.height);
  std::printf("arrows move, plus and minus zoom, escape ends\n");
  Scene scene;
  const auto begin = std::chrono::steady_clock::now();
  while (window.open() && !stop_requested) {
    const Window::Input input = window.poll();
    if (input.closed) break;
    if (std::find(input.pressed.begin(), input.pressed.end(), "escape") != input.pressed.end())
      break;
    const float step = picture.camera.width * 0.015f;
    if (window.held("left")) picture.camera.center.x -= step;
    if (window.held("right")) picture.camera.center.x += step;
    if (window.held("up")) picture.camera.center.y += step;
    if (window.held("down")) picture.camera.center.y -= step;
    if (window.held("plus")) picture.camera.width = std::max(20.0f, picture.camera.width * 0.97f);
    if (window.held("minus"))
      picture.camera.width = std::min(40000.0f, picture.camera.width * 1.03f);
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
    draw(map, painter, picture, time.count(), network, scene);
    window.show(scene);
    std::this_thread::sleep_for(std::chrono::milliseconds(16));
  }
}

int show_map(const Options& options) {
  if (!options.center.empty() && options.center.size() != 2)
    refuse("--center", "expected two numbers with a comma: metres to the east and to the north");
  if (!options.out.empty()) {
    check_folder(options.out);
    if (fs::path(options.out).extension() != ".png")
      refuse(options.out, "expected the name of a picture: it ends in .png");
  }
  city::ImportReport report;
  const auto map = open(options, report);
  const city::MapPainter painter(map);
  const Picture picture = picture_of(*map, options);
  if (options.out.empty()) {
    if (!window_available())
      throw std::runtime_error("there is no window here; --out map.png draws a picture instead");
    show_in_window(*map, painter, picture, options.network);
    return 0;
  }
  Scene scene;
  draw(*map, painter, picture, 0, options.network, scene);
  Canvas canvas;
  write_png(options.out, canvas.draw(scene));
  std::printf("%s %s\n", dim("picture").c_str(), options.out.c_str());
  return 0;
}

void add_side(CLI::App& sub, Options& options) {
  sub.add_option("--side", options.side, "the side one drives on: auto (by country), left, right")
      ->check(CLI::IsMember({"auto", "left", "right"}))
      ->capture_default_str();
}

}  // namespace

void add_map(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  auto* map = app.add_subcommand("map",
                                 "Cities: import real maps, look at them, generate towns.\n"
                                 "  sandlot map import berlin.osm.pbf --out berlin.city\n"
                                 "  sandlot map show berlin.city --out berlin.png");
  map->require_subcommand(1);
  auto* reading = map->add_subcommand("import",
                                      "Make a city of an OpenStreetMap extract (.osm, .osm.bz2, "
                                      ".osm.pbf) and say what was repaired.\n"
                                      "  sandlot map import berlin.osm.pbf --out berlin.city");
  reading->add_option("file", options->file, "the extract")->required();
  reading->add_option("--out", options->out, "the city, .city");
  add_side(*reading, *options);
  reading->callback(
      [options, &run] { run = [options](const Registry&) { return import_map(*options); }; });
  auto* show = map->add_subcommand("show",
                                   "Look at a city, in a window or as a picture.\n"
                                   "  sandlot map show town --out town.png");
  show->add_option("file", options->file, "a city, an extract, or the name of a town of ours")
      ->required();
  show->add_option("--out", options->out, "the picture, .png; without it a window opens");
  show->add_option("--center", options->center, "what is in the middle: metres east, metres north")
      ->delimiter(',');
  show->add_option("--meters", options->meters, "how much of it the picture is wide")
      ->check(CLI::Range(10.0, 100000.0));
  show->add_flag("--network", options->network,
                 "what is followed: lanes, paths across junctions, footways");
  show->add_option("--width", options->width, "pixels")
      ->check(CLI::Range(64, 16000))
      ->capture_default_str();
  add_side(*show, *options);
  show->callback(
      [options, &run] { run = [options](const Registry&) { return show_map(*options); }; });
  auto* generate =
      map->add_subcommand("generate",
                          "Make a town: the same seed gives the same town.\n"
                          "  sandlot map generate --kind radial --seed 7 --out seven.city");
  generate->add_option("--kind", options->kind, "grid, radial or organic")
      ->check(CLI::IsMember({"grid", "radial", "organic"}))
      ->capture_default_str();
  generate->add_option("--seed", options->seed, "which of them")->capture_default_str();
  generate->add_option("--size", options->size, "metres across")
      ->check(CLI::Range(250.0, 4000.0))
      ->capture_default_str();
  generate->add_option("--density", options->density, "how much of it is built up")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  generate->add_option("--out", options->out, "the city, .city");
  add_side(*generate, *options);
  generate->callback(
      [options, &run] { run = [options](const Registry&) { return generate_map(*options); }; });
}

}  // namespace sandlot
