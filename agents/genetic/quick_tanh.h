// tanh within 3e-7 of the true one: a quotient of polynomials, so that a loop over rows is a few
// instructions and one row gives the same bits as many. The coefficients are those of Eigen's tanh of
// floats, which does not promise the latter.
#pragma once

namespace sandlot {

inline float quick_tanh(float x) {
  x = x < -7.9f ? -7.9f : x > 7.9f ? 7.9f : x;
  const float y = x * x;
  const float above =
      x * (4.89352455891786e-03f +
           y * (6.37261928875436e-04f +
                y * (1.48572235717979e-05f +
                     y * (5.12229709037114e-08f +
                          y * (-8.60467152213735e-11f +
                               y * (2.00018790482477e-13f + y * -2.76076847742355e-16f))))));
  const float below =
      4.89352518554385e-03f +
      y * (2.26843463243900e-03f + y * (1.18534705686654e-04f + y * 1.19825839466702e-06f));
  return above / below;
}

}  // namespace sandlot
