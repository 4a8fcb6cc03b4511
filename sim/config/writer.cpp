#include "sim/config/writer.h"

#include <charconv>

namespace sandlot {
namespace {

template <class List, class Format>
std::string flow_list(const List& values, Format format) {
  std::string text = "[";
  for (const auto& value : values) text += (text.size() > 1 ? ", " : "") + format(value);
  return text + "]";
}

}  // namespace

std::string SettingsWriter::format(double value) {
  char text[32];
  const auto result = std::to_chars(text, text + sizeof text, value);
  return {text, result.ptr};
}

std::string SettingsWriter::format(const Schedule& schedule) {
  switch (schedule.kind()) {
    case Schedule::Kind::constant:
      return format(schedule.from());
    case Schedule::Kind::piecewise:
      return "{kind: piecewise, points: " +
             flow_list(schedule.points(),
                       [](const auto& point) {
                         return "[" + std::to_string(point.first) + ", " + format(point.second) +
                                "]";
                       }) +
             "}";
    default:
      return std::string("{kind: ") +
             (schedule.kind() == Schedule::Kind::linear ? "linear" : "exponential") +
             ", from: " + format(schedule.from()) + ", to: " + format(schedule.to()) +
             ", steps: " + std::to_string(schedule.steps()) + "}";
  }
}

std::string SettingsWriter::quote(const std::string& text) {
  // Plain only where it cannot be taken for a number, a truth value, null or any syntax.
  bool plain = !text.empty() && text != "true" && text != "false" && text != "null" &&
               text != "yes" && text != "no" && text != "on" && text != "off" && text != "y" &&
               text != "n";
  for (std::size_t i = 0; plain && i < text.size(); ++i) {
    const char c = text[i];
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    plain = letter || (i > 0 && ((c >= '0' && c <= '9') || c == '/' || c == '.' || c == '-'));
  }
  if (plain) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (c == '\n') {
      quoted += "\\n";
    } else if (c == '\t') {
      quoted += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      constexpr char kHex[] = "0123456789abcdef";
      quoted += "\\x";
      quoted += kHex[static_cast<unsigned char>(c) >> 4];
      quoted += kHex[static_cast<unsigned char>(c) & 15];
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

void SettingsWriter::line(std::string_view name, const std::string& value) {
  yaml_.append(static_cast<std::size_t>(2 * depth_), ' ');
  yaml_.append(name).append(": ").append(value).append("\n");
}

void SettingsWriter::boolean(std::string_view name, bool& value, std::string_view) {
  line(name, value ? "true" : "false");
}
void SettingsWriter::integer(std::string_view name, std::int64_t& value, std::string_view, Range) {
  line(name, std::to_string(value));
}
void SettingsWriter::number(std::string_view name, double& value, std::string_view, Range) {
  line(name, format(value));
}
void SettingsWriter::text(std::string_view name, std::string& value, std::string_view) {
  line(name, quote(value));
}
void SettingsWriter::numbers(std::string_view name, std::vector<double>& value, std::string_view,
                             Range) {
  line(name, flow_list(value, [](double x) { return format(x); }));
}
void SettingsWriter::integers(std::string_view name, std::vector<std::int64_t>& value,
                              std::string_view, Range) {
  line(name, flow_list(value, [](std::int64_t x) { return std::to_string(x); }));
}
void SettingsWriter::texts(std::string_view name, std::vector<std::string>& value,
                           std::string_view) {
  line(name, flow_list(value, quote));
}
void SettingsWriter::schedule(std::string_view name, Schedule& value, std::string_view, Range) {
  line(name, format(value));
}
void SettingsWriter::choice_index(std::string_view name, int& index, Names names,
                                  std::string_view) {
  if (index >= 0) line(name, std::string(names[static_cast<std::size_t>(index)]));
}
void SettingsWriter::chosen(std::string_view key, ComponentSlot& value, std::string_view) {
  line(key, std::string(value.chosen()));
  value.fields(*this);
}
void SettingsWriter::when(bool condition, std::string_view, const std::function<void()>& fields) {
  if (condition) fields();
}

bool SettingsWriter::begin_section(std::string_view name, std::string_view) {
  const std::size_t start = yaml_.size();
  yaml_.append(static_cast<std::size_t>(2 * depth_), ' ').append(name).append(":\n");
  sections_.push_back({start, yaml_.size()});
  ++depth_;
  return true;
}

void SettingsWriter::end_section() {
  --depth_;
  if (yaml_.size() == sections_.back().content) yaml_.resize(sections_.back().start);
  sections_.pop_back();
}

}  // namespace sandlot
