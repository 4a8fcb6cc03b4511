// The window of builds that have none.
#include <stdexcept>

#include "sim/render/window.h"

namespace sandlot {

struct Window::Impl {};

bool window_available() { return false; }

Window::Window(const std::string&, int, int) {
  throw std::runtime_error(
      "built without a window (SANDLOT_WINDOW=OFF): configure with -DSANDLOT_WINDOW=ON, or record "
      "a "
      "video instead");
}
Window::~Window() = default;
Window::Window(Window&&) noexcept = default;
Window& Window::operator=(Window&&) noexcept = default;

// None of these can be reached: there is no object without the constructor.
bool Window::open() const { return false; }
void Window::close() {}
void Window::set_title(const std::string&) {}
void Window::show(const Scene&) {}
Window::Input Window::poll() { return {}; }
bool Window::held(std::string_view) const { return false; }

}  // namespace sandlot
