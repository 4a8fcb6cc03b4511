#include "sim/core/registry.h"

#include <algorithm>
#include <stdexcept>

namespace sandlot {

void Registry::add(std::string_view kind, Entry entry) {
  if (find(kind, entry.name))
    throw std::logic_error("two " + std::string(kind) + "s are registered as " + entry.name);
  auto at = std::find_if(kinds_.begin(), kinds_.end(), [&](auto& k) { return k.first == kind; });
  if (at == kinds_.end()) at = kinds_.insert(at, {std::string(kind), {}});
  at->second.push_back(std::move(entry));
}

std::vector<std::string> Registry::kinds() const {
  std::vector<std::string> names;
  for (const auto& [kind, entries] : kinds_) names.push_back(kind);
  return names;
}

std::span<const Registry::Entry> Registry::list(std::string_view kind) const {
  for (const auto& [name, entries] : kinds_)
    if (name == kind) return entries;
  return {};
}

const Registry::Entry* Registry::find(std::string_view kind, std::string_view name) const {
  for (const Entry& entry : list(kind))
    if (entry.name == name) return &entry;
  return nullptr;
}

}  // namespace sandlot
