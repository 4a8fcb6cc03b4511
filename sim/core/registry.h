// Registry: every world and every agent by name, with its settings and a line of help.
//
// Filled by explicit functions, one line per item (a self-registering static in a library that
// nothing refers to is dropped by the linker):
//
//   void register_environments(Registry& registry) {
//     registry.add_environment<CartPole>("cart_pole", "Balance a pole on a cart …");
//   }
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/core/agent.h"
#include "sim/core/batch.h"
#include "sim/core/environment.h"
#include "sim/core/settings.h"
#include "sim/core/vector_environment.h"

namespace sandlot {

// An environment with its settings fixed.
class EnvironmentFactory {
 public:
  virtual ~EnvironmentFactory() = default;
  // May throw std::runtime_error where the settings name something unusable (a broken level file).
  virtual EnvironmentSpec spec(const WrapperSettings& wrappers) const = 0;
  virtual std::unique_ptr<Environment> make(const WrapperSettings& wrappers) const = 0;
  virtual std::unique_ptr<VectorEnvironment> make_batch(const WrapperSettings& wrappers, int copies,
                                                        Seed seed, int threads) const = 0;
  virtual void fields(Fields& f) = 0;  // names the settings; with a reader, fills them
  virtual void check(Issues& issues) const = 0;
};

// An agent with its settings fixed.
class AgentFactory {
 public:
  virtual ~AgentFactory() = default;
  virtual void fields(Fields& f) = 0;
  // Refuses what cannot work in this environment with this many copies, before anything runs.
  virtual void check(const EnvironmentSpec& spec, int copies, Issues& issues) const = 0;
  virtual std::unique_ptr<Agent> make(const EnvironmentSpec& spec, int copies, Seed seed) const = 0;
};

class Registry {
 public:
  template <class Factory>
  struct Entry {
    std::string name;
    std::string help;  // one line
    std::function<std::unique_ptr<Factory>()> create;
  };

  // Env: `struct Settings` with fields(Fields&) and, where there is more to check, a
  // check(Issues&) const; a constructor Env(const Settings&); a move constructor.
  template <class Env>
  void add_environment(std::string name, std::string help);
  // A: `struct Settings` with fields(Fields&) and check(const EnvironmentSpec&, int copies, Issues&)
  // const; a constructor A(const Settings&, const EnvironmentSpec&, int copies, Seed).
  template <class A>
  void add_agent(std::string name, std::string help);

  const std::vector<Entry<EnvironmentFactory>>& environments() const { return environments_; }
  const std::vector<Entry<AgentFactory>>& agents() const { return agents_; }
  const Entry<EnvironmentFactory>* find_environment(std::string_view name) const;
  const Entry<AgentFactory>* find_agent(std::string_view name) const;

 private:
  std::vector<Entry<EnvironmentFactory>> environments_;
  std::vector<Entry<AgentFactory>> agents_;
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
  environments_.push_back({std::move(name), std::move(help),
                           [] { return std::make_unique<TypedEnvironmentFactory<Env>>(); }});
}

template <class A>
void Registry::add_agent(std::string name, std::string help) {
  agents_.push_back(
      {std::move(name), std::move(help), [] { return std::make_unique<TypedAgentFactory<A>>(); }});
}

}  // namespace sandlot
