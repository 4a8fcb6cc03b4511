#include "envs/classic/register.h"

#include "envs/classic/acrobot.h"
#include "envs/classic/blackjack.h"
#include "envs/classic/cart_pole.h"
#include "envs/classic/cliff_walking.h"
#include "envs/classic/connect_four.h"
#include "envs/classic/double_pole.h"
#include "envs/classic/dyna_maze.h"
#include "envs/classic/frozen_lake.h"
#include "envs/classic/lunar_lander.h"
#include "envs/classic/mountain_car.h"
#include "envs/classic/random_walk.h"
#include "envs/classic/taxi.h"
#include "envs/classic/tic_tac_toe.h"
#include "envs/classic/windy_gridworld.h"
#include "envs/classic/xor.h"

namespace sandlot {

void register_classic(Registry& registry) {
  using namespace classic;
  registry.add_environment<RandomWalk>(
      "random_walk", "Prediction: a walk with known values (Sutton & Barto, example 6.2)");
  registry.add_environment<CliffWalking>(
      "cliff_walking", "Reach the goal along a cliff (Sutton & Barto, example 6.6)");
  registry.add_environment<WindyGridworld>(
      "windy_gridworld", "Reach the goal across an upward wind (Sutton & Barto, example 6.5)");
  registry.add_environment<DynaMaze>(
      "dyna_maze", "Mazes that stay or change, for planning (Sutton & Barto, figures 8.2 to 8.5)");
  registry.add_environment<FrozenLake>("frozen_lake",
                                       "Cross slippery ice without falling into a hole");
  registry.add_environment<Taxi>("taxi",
                                 "Fetch a passenger and bring him to his depot (Dietterich 2000)");
  registry.add_environment<Blackjack>(
      "blackjack", "Hit or stick against a dealer (Sutton & Barto, example 5.1)");
  registry.add_environment<CartPole>(
      "cart_pole",
      "Balance a pole on a cart (Barto, Sutton & Anderson 1983; Gymnasium's CartPole)");
  registry.add_environment<DoublePole>(
      "double_pole", "Balance two poles on one cart (Wieland 1991), seen in full or in part");
  registry.add_environment<MountainCar>("mountain_car", "Swing a weak car up a hill (Moore 1990)");
  registry.add_environment<Acrobot>("acrobot", "Swing a two-link arm above a line (Sutton 1996)");
  registry.add_environment<LunarLander>(
      "lunar_lander", "Land upright and softly on the moon (Gymnasium's LunarLander-v3)");
  registry.add_environment<Xor>("xor", "Exclusive or, four patterns in four steps");
  registry.add_environment<TicTacToe>("tic_tac_toe", "Three in a row, a game for two");
  registry.add_environment<ConnectFour>("connect_four",
                                        "Four in a row, of discs that fall; for two");
}

}  // namespace sandlot
