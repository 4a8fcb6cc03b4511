// SettingsWriter: writes settings as YAML, every value spelt out; reading it back gives the same.
#pragma once

#include <string>
#include <vector>

#include "sim/core/registry.h"
#include "sim/core/settings.h"

namespace sandlot {

class SettingsWriter final : public Fields {
 public:
  explicit SettingsWriter(const Registry& registry) : registry_(registry) {}

  void boolean(std::string_view name, bool& value, std::string_view help) override;
  void integer(std::string_view name, std::int64_t& value, std::string_view help,
               Range range) override;
  using Fields::integer;
  void number(std::string_view name, double& value, std::string_view help, Range range) override;
  void text(std::string_view name, std::string& value, std::string_view help) override;
  void numbers(std::string_view name, std::vector<double>& value, std::string_view help,
               Range range) override;
  void integers(std::string_view name, std::vector<std::int64_t>& value, std::string_view help,
                Range range) override;
  void texts(std::string_view name, std::vector<std::string>& value,
             std::string_view help) override;
  void schedule(std::string_view name, Schedule& value, std::string_view help,
                Range range) override;
  void choice_index(std::string_view name, int& index, Names names, std::string_view help) override;
  void chosen(std::string_view key, ComponentSlot& value, std::string_view help) override;
  void when(bool condition, std::string_view description,
            const std::function<void()>& fields) override;

  const std::string& yaml() const { return yaml_; }

  static std::string format(double value);  // the shortest text that reads back the same
  static std::string format(const Schedule& schedule);
  static std::string quote(const std::string& text);  // quoted where YAML needs it

 protected:
  bool begin_section(std::string_view name, std::string_view help) override;
  void end_section() override;

 private:
  void line(std::string_view name, const std::string& value);

  const Registry& registry_;
  std::string yaml_;
  int depth_ = 0;
  struct Section {
    std::size_t start, content;  // offsets into yaml_
  };
  std::vector<Section> sections_;  // the open ones; those that stay empty are dropped
};

}  // namespace sandlot
