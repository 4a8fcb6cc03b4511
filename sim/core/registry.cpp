#include "sim/core/registry.h"

namespace sandlot {
namespace {

template <class Entries>
auto find(const Entries& entries, std::string_view name) -> decltype(entries.data()) {
  for (const auto& entry : entries)
    if (entry.name == name) return &entry;
  return nullptr;
}

}  // namespace

const Registry::Entry<EnvironmentFactory>* Registry::find_environment(std::string_view name) const {
  return find(environments_, name);
}

const Registry::Entry<AgentFactory>* Registry::find_agent(std::string_view name) const {
  return find(agents_, name);
}

}  // namespace sandlot
