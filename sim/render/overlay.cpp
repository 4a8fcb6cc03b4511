#include "sim/render/overlay.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

namespace sandlot {
namespace {

constexpr Color panel = Color::hex(0x1E2233);
constexpr Color rule = Color::hex(0x343A52);
constexpr Color track = Color::hex(0x2B3047);
constexpr Color bright = Color::hex(0xF2F4FA);
constexpr Color dim = Color::hex(0x9AA1BC);
constexpr Color bar = Color::hex(0x5B6B9E);
constexpr Color best = Color::hex(0xF4B942);
constexpr Color toast = Color::hex(0x3D6FE0);

// Sizes are given for a picture 500 pixels high.
float unit(int height) { return std::clamp(static_cast<float>(height) / 500, 0.6f, 2.0f); }

std::string number(double value, int digits = 4) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*g", digits, value);
  return text;
}

// At most `count` characters (not bytes) of UTF-8 text, with … where it was cut.
std::string shortened(std::string_view text, std::size_t count) {
  std::size_t characters = 0, end = 0, last_fit = 0;
  for (; end < text.size(); ++end) {
    if ((static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) continue;  // inside a character
    if (++characters == count) last_fit = end;
    if (characters > count) return std::string(text.substr(0, last_fit)) + "…";
  }
  return std::string(text);
}

class Panel {
 public:
  Panel(Scene& scene, float u)
      : scene_(scene),
        u_(u),
        left_(static_cast<float>(scene.view_width()) + 18 * u),
        right_(static_cast<float>(scene.width()) - 18 * u) {}

  void heading(std::string_view text) {
    y_ += 30 * u_;
    scene_.text({left_, y_}, shortened(text, 22), 16 * u_, bright, Align::left, true);
    y_ += 12 * u_;
    line();
  }
  void fact(std::string_view name, std::string_view value) {
    y_ += 22 * u_;
    scene_.text({left_, y_}, name, 12 * u_, dim);
    scene_.text({right_, y_}, shortened(value, 18), 13 * u_, bright, Align::right, true);
  }
  void line() { scene_.line({left_, y_}, {right_, y_}, rule, u_); }
  void values(const OverlayInfo& info, float bottom);
  void toasts(std::span<const RecentEvents::Entry> events, float bottom);
  float y() const { return y_; }

 private:
  Scene& scene_;
  float u_, left_, right_;
  float y_ = 0;
};

void Panel::values(const OverlayInfo& info, float bottom) {
  const auto& values = info.action_values;
  y_ += 18 * u_;
  line();
  y_ += 20 * u_;
  scene_.text({left_, y_}, "Action values", 12 * u_, dim);
  const auto fits = static_cast<std::size_t>(std::max(1.0f, (bottom - y_) / (31 * u_)));
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (values.size() > fits) {
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return values[a] > values[b]; });
    order.resize(fits);
  }
  float low = 0, high = 0;
  bool any = false;
  for (const std::size_t i : order) {
    if (!std::isfinite(values[i])) continue;
    low = any ? std::min(low, values[i]) : values[i];
    high = any ? std::max(high, values[i]) : values[i];
    any = true;
  }
  for (const std::size_t i : order) {
    y_ += 21 * u_;
    const bool greedy = any && values[i] == high;
    const std::string name =
        i < info.action_names.size() ? info.action_names[i] : std::to_string(i);
    scene_.text({left_, y_}, shortened(name, 18), 12 * u_, greedy ? bright : dim, Align::left,
                greedy);
    scene_.text({right_, y_}, std::isfinite(values[i]) ? number(values[i]) : "–", 12 * u_,
                greedy ? best : dim, Align::right, greedy);
    y_ += 7 * u_;
    const float width = right_ - left_;
    scene_.rectangle({left_ + width / 2, y_}, width, 5 * u_, track, 2.5f * u_);
    if (!std::isfinite(values[i])) continue;
    // The worst keeps a stub and equal values are all full, so that every bar can be seen.
    const float part = high > low ? 0.04f + 0.96f * (values[i] - low) / (high - low) : 1;
    scene_.rectangle({left_ + width * part / 2, y_}, width * part, 5 * u_, greedy ? best : bar,
                     2.5f * u_);
  }
}

void Panel::toasts(std::span<const RecentEvents::Entry> events, float bottom) {
  float y = bottom - 14 * u_;
  for (const auto& event : events) {
    if (y - 14 * u_ < y_) return;
    const double left = std::clamp((RecentEvents::lifetime - event.age) / 1.0, 0.0, 1.0);
    const auto alpha = static_cast<std::uint8_t>(std::lround(left * 255));
    const float middle = (left_ + right_) / 2;
    scene_.rectangle({middle, y}, right_ - left_, 24 * u_, toast.with_alpha(alpha), 12 * u_);
    scene_.text({middle, y + 4.5f * u_}, shortened(event.text, 24), 12 * u_,
                bright.with_alpha(alpha), Align::center, true);
    y -= 29 * u_;
  }
}

}  // namespace

void RecentEvents::add(std::span<const EventSink::Event> events) {
  for (const auto& event : events) {
    std::string text(event.name);
    std::replace(text.begin(), text.end(), '_', ' ');
    if (event.value != 0) text += " " + number(event.value);
    entries_.insert(entries_.begin(), Entry{std::move(text), 0});
  }
  if (entries_.size() > most) entries_.resize(most);
}

void RecentEvents::advance(double seconds) {
  for (auto& entry : entries_) entry.age += seconds;
  std::erase_if(entries_, [](const Entry& entry) { return entry.age >= lifetime; });
}

int overlay_width(int height) { return static_cast<int>(std::lround(230 * unit(height))); }

void draw_overlay(Scene& scene, const OverlayInfo& info) {
  const float u = unit(scene.height());
  const auto height = static_cast<float>(scene.height());
  scene.use_screen();
  scene.widen(overlay_width(scene.height()));
  const auto left = static_cast<float>(scene.view_width());
  const float width = static_cast<float>(scene.width()) - left;
  scene.rectangle({left + width / 2, height / 2}, width, height, panel);
  Panel p(scene, u);
  if (!info.title.empty()) p.heading(info.title);
  p.fact("Episode", std::to_string(info.episode));
  p.fact("Step", std::to_string(info.step));
  p.fact("Return", number(info.episode_return, 6));
  if (!info.action.empty()) p.fact("Action", info.action);
  // Events keep their place at the bottom, unless the frame is too low for both.
  const float toast_space = height > 300 * u ? 0.22f * height : 0;
  if (!info.action_values.empty()) p.values(info, height - toast_space - 12 * u);
  p.toasts(info.events, height - 10 * u);
}

}  // namespace sandlot
