// The families of torsos that configs name.
#pragma once

#include <vector>

#include "learners/network/network.h"

namespace sandlot {

struct TorsoSettings {
  Activation activation = Activation::relu;
  bool layer_norm = false;
  Initialization initialization = Initialization::fan_in;

  void fields(Fields& f);
};

// Dense layers; a picture enters value by value.
class Mlp {
 public:
  struct Settings : TorsoSettings {
    std::vector<std::int64_t> hidden{120, 84};
    void fields(Fields& f);
    void check(const Space& observation, Issues& issues) const;
  };
  static ArchitectureBuilder torso(const Settings& settings, const Space& observation, bool noisy);
};

// Convolutions, then dense layers. The default is the network of Mnih et al. (2015).
class Cnn {
 public:
  struct Settings : TorsoSettings {
    std::vector<std::int64_t> channels{32, 64, 64};
    std::vector<std::int64_t> kernels{8, 4, 3};
    std::vector<std::int64_t> strides{4, 2, 1};
    bool same = false;  // padding of (kernel − 1) / 2 on each side
    std::vector<std::int64_t> hidden{512};
    void fields(Fields& f);
    void check(const Space& observation, Issues& issues) const;
  };
  static ArchitectureBuilder torso(const Settings& settings, const Space& observation, bool noisy);
};

// The residual network of Espeholt et al. (2018, figure 3): per stage a convolution, a max pool and
// two residual blocks.
class ImpalaCnn {
 public:
  struct Settings : TorsoSettings {
    std::vector<std::int64_t> channels{16, 32, 32};
    std::vector<std::int64_t> hidden{256};
    void fields(Fields& f);
    void check(const Space& observation, Issues& issues) const;
  };
  static ArchitectureBuilder torso(const Settings& settings, const Space& observation, bool noisy);
};

// The tower of Silver et al. (2017) without batch normalisation: a convolution, then blocks of two
// with a residual connection around them, all 3×3 and as large as the picture; at the end a 1×1
// convolution to the few channels that heads read.
class Residual {
 public:
  struct Settings : TorsoSettings {
    Settings() { initialization = Initialization::he; }
    int channels = 32;
    int blocks = 3;
    int head_channels = 8;
    std::vector<std::int64_t> hidden;
    void fields(Fields& f);
    void check(const Space& observation, Issues& issues) const;
  };
  static ArchitectureBuilder torso(const Settings& settings, const Space& observation, bool noisy);
};

// A memory behind dense layers, or behind convolutions where `channels` is given.
template <Cell cell>
class RecurrentTorso {
 public:
  struct Settings : TorsoSettings {
    std::vector<std::int64_t> channels;
    std::vector<std::int64_t> kernels{3};
    std::vector<std::int64_t> strides{1};
    std::vector<std::int64_t> hidden{64};
    std::vector<std::int64_t> units{64};
    void fields(Fields& f);
    void check(const Space& observation, Issues& issues) const;
  };
  static ArchitectureBuilder torso(const Settings& settings, const Space& observation, bool noisy);
};

// T: `struct Settings` with fields(Fields&) and check(const Space&, Issues&) const; a static
// torso(const Settings&, const Space&, bool noisy).
template <class T>
class TypedNetworkFactory final : public NetworkFactory {
 public:
  typename T::Settings settings;

  void fields(Fields& f) override { settings.fields(f); }
  void check(const Space& observation, Issues& issues) const override {
    settings.check(observation, issues);
  }
  ArchitectureBuilder torso(const Space& observation, bool noisy) const override {
    return T::torso(settings, observation, noisy);
  }
};

template <class T>
void add_network(Registry& registry, std::string name, std::string help) {
  registry.add(NetworkFactory::kind, {std::move(name), std::move(help),
                                      [] { return std::make_unique<TypedNetworkFactory<T>>(); }});
}

}  // namespace sandlot
