#include "sim/config/describe.h"

#include <algorithm>

#include "sim/config/experiment_config.h"
#include "sim/config/writer.h"

namespace sandlot {
namespace {

class Describer final : public Fields {
 public:
  explicit Describer(const Registry& registry) : registry_(registry) {}

  void boolean(std::string_view name, bool& value, std::string_view help) override {
    add(name, "true or false", value ? "true" : "false", {}, help);
  }
  void integer(std::string_view name, std::int64_t& value, std::string_view help,
               Range range) override {
    // Limits that only keep a value inside its C++ type say nothing to a person.
    if (range.high >= 2147483647.0) range.high = Range{}.high;
    if (range.low <= -2147483648.0) range.low = Range{}.low;
    add(name, "whole number", std::to_string(value), range, help);
  }
  using Fields::integer;
  void number(std::string_view name, double& value, std::string_view help, Range range) override {
    add(name, "number", SettingsWriter::format(value), range, help);
  }
  void text(std::string_view name, std::string& value, std::string_view help) override {
    add(name, "text", SettingsWriter::quote(value), {}, help);
  }
  void numbers(std::string_view name, std::vector<double>& value, std::string_view help,
               Range range) override {
    add(name, "list of numbers", list_text([&](Fields& f) { f.numbers("v", value, "", {}); }),
        range, help);
  }
  void integers(std::string_view name, std::vector<std::int64_t>& value, std::string_view help,
                Range range) override {
    add(name, "list of whole numbers",
        list_text([&](Fields& f) { f.integers("v", value, "", {}); }), range, help);
  }
  void texts(std::string_view name, std::vector<std::string>& value,
             std::string_view help) override {
    add(name, "list of texts", list_text([&](Fields& f) { f.texts("v", value, ""); }), {}, help);
  }
  void schedule(std::string_view name, Schedule& value, std::string_view help,
                Range range) override {
    add(name, "number or schedule", SettingsWriter::format(value), range, help);
  }
  void choice_index(std::string_view name, int& index, Names names,
                    std::string_view help) override {
    std::string type = "one of ";
    for (std::size_t i = 0; i < names.size(); ++i) type += (i ? ", " : "") + std::string(names[i]);
    add(name, type, index >= 0 ? std::string(names[static_cast<std::size_t>(index)]) : "", {},
        help);
  }
  void chosen(std::string_view key, ComponentSlot& value, std::string_view help) override {
    std::string type = "one of ";
    bool first = true;
    for (const auto& entry : registry_.list(value.kind())) {
      type += (first ? "" : ", ") + entry.name;
      first = false;
    }
    add(key, type, std::string(value.chosen()), {},
        std::string(help) + "; its own settings stand beside this key");
  }
  void when(bool, std::string_view description, const std::function<void()>& fields) override {
    const std::string before = condition_;
    condition_ =
        before.empty() ? std::string(description) : before + ", " + std::string(description);
    fields();
    condition_ = before;
  }

  std::vector<FieldDescription> found;

 protected:
  bool begin_section(std::string_view name, std::string_view help) override {
    add(name, "section", "", {}, help);
    prefix_.emplace_back(name);
    return true;
  }
  void end_section() override { prefix_.pop_back(); }

 private:
  template <class Write>
  std::string list_text(Write write) {
    SettingsWriter writer(registry_);
    write(writer);
    std::string text = writer.yaml().substr(3);
    text.pop_back();
    return text;
  }
  void add(std::string_view name, std::string type, std::string value, Range range,
           std::string_view help) {
    std::string path;
    for (const auto& part : prefix_) path += part + ".";
    found.push_back({path + std::string(name), std::move(type), std::move(value), range.describe(),
                     condition_, std::string(help), static_cast<int>(prefix_.size())});
  }

  const Registry& registry_;
  std::vector<std::string> prefix_;
  std::string condition_;
};

std::string escape(std::string text) {
  for (std::size_t at = 0; (at = text.find('|', at)) != std::string::npos; at += 2)
    text.replace(at, 1, "\\|");
  return text;
}

void add_table(std::string& out, const std::vector<FieldDescription>& fields) {
  if (fields.empty()) {
    out += "No settings.\n\n";
    return;
  }
  out += "| setting | what it takes | default | meaning |\n|---|---|---|---|\n";
  for (const auto& field : fields) {
    std::string takes = field.type + (field.range.empty() ? "" : ", " + field.range);
    std::string meaning = field.help;
    if (!field.condition.empty()) meaning += " (only with `" + field.condition + "`)";
    out += "| `" + field.path + "` | " + escape(takes) + " | " +
           (field.default_value.empty() ? "" : "`" + escape(field.default_value) + "`") + " | " +
           escape(meaning) + " |\n";
  }
  out += "\n";
}

}  // namespace

std::vector<FieldDescription> describe_fields(const Registry& registry, Component& component) {
  Describer describer(registry);
  component.fields(describer);
  return std::move(describer.found);
}

std::vector<FieldDescription> describe_config(const Registry& registry) {
  Describer describer(registry);
  ExperimentConfig config;
  config.encoder.given = config.novelty.given = true;
  config.fields(describer);
  return std::move(describer.found);
}

std::string reference_markdown(const Registry& registry, std::vector<OtherFile> others) {
  std::string out =
      "# Reference\n\n"
      "Generated from the registry by `sandlot describe --markdown`; a test fails when it is "
      "stale.\n"
      "\n## The config file\n\n";
  add_table(out, describe_config(registry));
  for (const OtherFile& other : others) {
    out += "## " + other.title + "\n\n";
    add_table(out, describe_fields(registry, other.settings));
  }
  for (const auto& kind : registry.kinds()) {
    out += "## Every " + kind + "\n\n";
    for (const auto& entry : registry.list(kind)) {
      out += "### " + entry.name + "\n\n" + entry.help + "\n\n";
      const auto component = entry.create();
      add_table(out, describe_fields(registry, *component));
    }
  }
  while (out.ends_with("\n\n")) out.pop_back();
  return out;
}

}  // namespace sandlot
