#include "sim/render/overlay.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sim/render/panel.h"

namespace sandlot {
namespace {

using namespace panel;

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
  void alarm(std::string_view text);
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

void Panel::alarm(std::string_view text) {
  y_ += 20 * u_;
  scene_.rectangle({(left_ + right_) / 2, y_}, right_ - left_, 24 * u_, warning, 4 * u_);
  scene_.text({(left_ + right_) / 2, y_ + 4.5f * u_}, shortened(text, 28), 12 * u_, ground,
              Align::center, true);
  y_ += 8 * u_;
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
  scene.rectangle({left + width / 2, height / 2}, width, height, ground);
  Panel p(scene, u);
  if (!info.title.empty()) p.heading(info.title);
  p.fact("Episode", std::to_string(info.episode));
  p.fact("Step", std::to_string(info.step));
  p.fact("Return", number(info.episode_return, 6));
  if (!info.action.empty()) p.fact("Action", info.action);
  if (!info.alarm.empty()) p.alarm(info.alarm);
  // Events keep their place at the bottom, unless the frame is too low for both.
  const float toast_space = height > 300 * u ? 0.22f * height : 0;
  if (!info.action_values.empty()) p.values(info, height - toast_space - 12 * u);
  p.toasts(info.events, height - 10 * u);
}

}  // namespace sandlot
