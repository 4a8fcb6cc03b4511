// What may be configured, as data: for `sandlot describe`, and for docs/reference.md.
#pragma once

#include <string>
#include <vector>

#include "sim/core/registry.h"

namespace sandlot {

struct FieldDescription {
  std::string path;           // "replay.capacity"
  std::string type;           // "whole number", "one of a, b", "section"
  std::string default_value;  // as YAML
  std::string range;          // "between 0 and 1", or ""
  std::string condition;      // "kind: tiles": applies only then; or ""
  std::string help;
  int depth = 0;
};

std::vector<FieldDescription> describe_fields(const Registry& registry, Component& component);
// The settings of a config file itself: its top level, and what stands beside each world's own.
std::vector<FieldDescription> describe_config(const Registry& registry);

// A file of settings of its own: its title, and what names them.
struct OtherFile {
  std::string title;
  Component& settings;
};

// docs/reference.md, whole.
std::string reference_markdown(const Registry& registry, std::vector<OtherFile> others = {});

}  // namespace sandlot
