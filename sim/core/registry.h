// Registry: every world, agent and feature map by name, with its settings and a line of help.
//
// Filled by explicit functions, one line per item (a self-registering static in a library that
// nothing refers to is dropped by the linker):
//
//   void register_environments(Registry& registry) {
//     registry.add_environment<CartPole>("cart_pole", "Balance a pole on a cart …");
//   }
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/core/agent.h"
#include "sim/core/batch.h"
#include "sim/core/environment.h"
#include "sim/core/settings.h"
#include "sim/core/vector_environment.h"

namespace sandlot {

// A registered thing with its settings fixed: a world, an agent, a feature map, …
class Component {
 public:
  virtual ~Component() = default;
  virtual void fields(Fields& f) = 0;  // names the settings; with a reader, fills them
};

class EnvironmentFactory : public Component {
 public:
  static constexpr std::string_view kind = "environment";
  // May throw std::runtime_error where the settings name something unusable (a broken level file).
  virtual EnvironmentSpec spec(const WrapperSettings& wrappers) const = 0;
  virtual std::unique_ptr<Environment> make(const WrapperSettings& wrappers) const = 0;
  virtual std::unique_ptr<VectorEnvironment> make_batch(const WrapperSettings& wrappers, int copies,
                                                        Seed seed, int threads) const = 0;
  virtual void check(Issues& issues) const = 0;
};

class AgentFactory : public Component {
 public:
  static constexpr std::string_view kind = "agent";
  // Refuses what cannot work in this environment with this many copies, before anything runs.
  virtual void check(const EnvironmentSpec& spec, int copies, Issues& issues) const = 0;
  virtual std::unique_ptr<Agent> make(const EnvironmentSpec& spec, int copies, Seed seed) const = 0;
};

class Registry {
 public:
  struct Entry {
    std::string name;
    std::string help;  // one line
    std::function<std::unique_ptr<Component>()> create;
  };

  Registry() = default;
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  void add(std::string_view kind, Entry entry);
  // Env: `struct Settings` with fields(Fields&) and, where there is more to check, a
  // check(Issues&) const; a constructor Env(const Settings&); a move constructor.
  template <class Env>
  void add_environment(std::string name, std::string help);
  // A: `struct Settings` with fields(Fields&) and check(const EnvironmentSpec&, int copies, Issues&)
  // const; a constructor A(const Settings&, const EnvironmentSpec&, int copies, Seed). With a member
  // kPlaysBothSides it is also accepted in worlds in which two players act.
  template <class A>
  void add_agent(std::string name, std::string help);

  std::vector<std::string> kinds() const;  // in order of first registration
  std::span<const Entry> list(std::string_view kind) const;
  const Entry* find(std::string_view kind, std::string_view name) const;
  // A fresh factory with default settings; null where there is no such name.
  template <class Factory>
  std::unique_ptr<Factory> create(std::string_view name) const {
    const Entry* entry = find(Factory::kind, name);
    if (!entry) return nullptr;
    return std::unique_ptr<Factory>(static_cast<Factory*>(entry->create().release()));
  }

 private:
  std::vector<std::pair<std::string, std::vector<Entry>>> kinds_;
};

// A member of a settings structure that holds a component chosen by name. Until a reader chooses
// (`default_name`, or what the config says) it is empty; code that builds settings by hand calls set().
template <class Factory>
class Slot final : public ComponentSlot {
 public:
  explicit Slot(std::string default_name) : name_(std::move(default_name)) {}

  void set(std::string name, std::shared_ptr<Factory> factory) {
    name_ = std::move(name);
    factory_ = std::move(factory);
  }
  std::string_view kind() const override { return Factory::kind; }
  std::string_view chosen() const override { return name_; }
  bool choose(const Registry& registry, std::string_view name) override {
    std::shared_ptr<Factory> fresh = registry.create<Factory>(name);
    if (!fresh) return false;
    set(std::string(name), std::move(fresh));
    return true;
  }
  void fields(Fields& f) override {
    if (factory_) factory_->fields(f);
  }
  const Factory* get() const { return factory_.get(); }
  const Factory* operator->() const { return factory_.get(); }

 private:
  std::string name_;
  std::shared_ptr<Factory> factory_;
};

template <class Env>
class TypedEnvironmentFactory final : public EnvironmentFactory {
 public:
  EnvironmentSpec spec(const WrapperSettings& wrappers) const override {
    return wrap_spec(Env(settings_).spec(), wrappers);
  }
  std::unique_ptr<Environment> make(const WrapperSettings& wrappers) const override {
    return std::make_unique<Episode<Env>>(Env(settings_), wrappers);
  }
  std::unique_ptr<VectorEnvironment> make_batch(const WrapperSettings& wrappers, int copies,
                                                Seed seed, int threads) const override {
    return std::make_unique<Batch<Env>>(copies, wrappers, seed, threads,
                                        [this] { return Env(settings_); });
  }
  void fields(Fields& f) override { settings_.fields(f); }
  void check(Issues& issues) const override {
    if constexpr (requires { settings_.check(issues); }) settings_.check(issues);
  }

 private:
  typename Env::Settings settings_;
};

template <class A>
class TypedAgentFactory final : public AgentFactory {
 public:
  void fields(Fields& f) override { settings_.fields(f); }
  void check(const EnvironmentSpec& spec, int copies, Issues& issues) const override {
    if constexpr (!requires { A::kPlaysBothSides; })
      if (spec.players > 1)
        issues.add("name", "plays one side only; let " + spec.name +
                               " have an opponent (environment.opponent)");
    if constexpr (requires { A::kPlaysBothSides; })
      if (spec.past_selves)
        issues.add("name", "learns nothing from games against its past selves (environment."
                           "opponent: self): expected another opponent");
    settings_.check(spec, copies, issues);
  }
  std::unique_ptr<Agent> make(const EnvironmentSpec& spec, int copies, Seed seed) const override {
    return std::make_unique<A>(settings_, spec, copies, seed);
  }

 private:
  typename A::Settings settings_;
};

template <class Env>
void Registry::add_environment(std::string name, std::string help) {
  add(EnvironmentFactory::kind, {std::move(name), std::move(help), [] {
                                   return std::make_unique<TypedEnvironmentFactory<Env>>();
                                 }});
}

template <class A>
void Registry::add_agent(std::string name, std::string help) {
  add(AgentFactory::kind, {std::move(name), std::move(help),
                           [] { return std::make_unique<TypedAgentFactory<A>>(); }});
}

}  // namespace sandlot
