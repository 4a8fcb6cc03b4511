// The overlay: a panel beside a world's picture that tells what the agent does and why.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/core/environment.h"
#include "sim/core/scene.h"

namespace sandlot {

// The last few events, newest first, each fading out over its time.
class RecentEvents {
 public:
  struct Entry {
    std::string text;  // "fell", "captured 3"
    double age = 0;    // in seconds
  };
  static constexpr double lifetime = 3;  // in seconds
  static constexpr std::size_t most = 5;

  // Underscores in names are shown as spaces; a value other than 0 is shown behind the name.
  void add(std::span<const EventSink::Event> events);
  void advance(double seconds);
  void clear() { entries_.clear(); }
  std::span<const Entry> entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
};

struct OverlayInfo {
  std::string_view title = {};
  std::int64_t episode = 0;
  std::int64_t step = 0;
  double episode_return = 0;
  std::string_view action = {};                    // the action taken, "" before the first
  std::span<const std::string> action_names = {};  // one per value
  std::span<const float> action_values = {};       // empty where the policy has none
  std::string_view alarm = {};                     // what whoever watches should know of at once
  std::span<const RecentEvents::Entry> events = {};
};

// Widens the frame by a panel to the right and fills it; the world's own picture is left as it is.
// Call it after Environment::draw. Where there are more actions than fit, the best are shown.
void draw_overlay(Scene& scene, const OverlayInfo& info);

// The panel's width in pixels for a picture of this height, for those who must know the frame's
// size beforehand.
int overlay_width(int height);

}  // namespace sandlot
