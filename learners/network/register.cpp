#include "learners/network/register.h"

#include "learners/network/autoencoder.h"
#include "learners/network/network_learners.h"
#include "learners/network/torsos.h"

namespace sandlot {

void register_networks(Registry& registry) {
  add_network<Mlp>(registry, "mlp", "Dense layers");
  add_network<Cnn>(registry, "cnn", "Convolutions, then dense layers (default: Mnih et al. 2015)");
  add_network<ImpalaCnn>(registry, "impala_cnn", "Residual convolutions (Espeholt et al. 2018)");
  add_network<Residual>(registry, "residual",
                        "A tower of residual convolutions that keep the size (Silver et al. 2017)");
  add_network<RecurrentTorso<Cell::rnn>>(registry, "rnn", "A plain recurrent layer (Elman 1990)");
  add_network<RecurrentTorso<Cell::gru>>(registry, "gru",
                                         "Gated recurrent units (Cho et al. 2014)");
  add_network<RecurrentTorso<Cell::lstm>>(
      registry, "lstm", "Long short-term memory (Hochreiter & Schmidhuber 1997)");
  add_regressor<TorsoRegressor<Mlp>>(registry, "mlp", "A network of dense layers");
  add_regressor<TorsoRegressor<Cnn>>(registry, "cnn",
                                     "A network of convolutions, then dense layers");
  add_regressor<TorsoRegressor<ImpalaCnn>>(registry, "impala_cnn",
                                           "A network of residual convolutions");
  add_classifier<TorsoClassifier<Mlp>>(registry, "mlp", "A network of dense layers");
  add_classifier<TorsoClassifier<Cnn>>(registry, "cnn",
                                       "A network of convolutions, then dense layers");
  add_classifier<TorsoClassifier<ImpalaCnn>>(registry, "impala_cnn",
                                             "A network of residual convolutions");
  add_transformer<Autoencoder>(
      registry, "autoencoder",
      "A network that restores its input from a short code (Hinton & Salakhutdinov 2006)");
}

}  // namespace sandlot
