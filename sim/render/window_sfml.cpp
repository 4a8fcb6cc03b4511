#include <dlfcn.h>

#include <SFML/Graphics.hpp>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <map>
#include <stdexcept>

#include "sim/render/canvas.h"
#include "sim/render/window.h"

namespace sandlot {
namespace {

using Key = sf::Keyboard::Key;

std::string name_of(Key key) {
  if (key >= Key::A && key <= Key::Z) return {static_cast<char>('a' + (key - Key::A))};
  if (key >= Key::Num0 && key <= Key::Num9) return {static_cast<char>('0' + (key - Key::Num0))};
  if (key >= Key::Numpad0 && key <= Key::Numpad9)
    return {static_cast<char>('0' + (key - Key::Numpad0))};
  if (key >= Key::F1 && key <= Key::F12) return "f" + std::to_string(key - Key::F1 + 1);
  static const std::pair<Key, const char*> others[] = {
      {Key::Left, "left"},        {Key::Right, "right"},    {Key::Up, "up"},
      {Key::Down, "down"},        {Key::Space, "space"},    {Key::Enter, "return"},
      {Key::Escape, "escape"},    {Key::Tab, "tab"},        {Key::Backspace, "backspace"},
      {Key::LShift, "shift"},     {Key::RShift, "shift"},   {Key::LControl, "control"},
      {Key::RControl, "control"}, {Key::LAlt, "alt"},       {Key::RAlt, "alt"},
      {Key::Add, "plus"},         {Key::Equal, "plus"},     {Key::Subtract, "minus"},
      {Key::Hyphen, "minus"},     {Key::Comma, "comma"},    {Key::Period, "period"},
      {Key::Slash, "slash"},      {Key::PageUp, "page_up"}, {Key::PageDown, "page_down"},
      {Key::Home, "home"},        {Key::End, "end"},
  };
  for (const auto& [other, name] : others)
    if (other == key) return name;
  return "";
}

// SFML ends the program when no display answers, so ask before it does. The connection stays open
// as long as the program runs: an X server resets when its last client leaves, and refuses whoever
// comes meanwhile, so a check that hung up could itself make SFML's own connection fail (5 of 20
// runs on a busy machine under Xvfb). Xlib is loaded by name: no X headers are needed to build.
bool display_answers() {
  using Open = void* (*)(const char*);
  static const auto open_display = []() -> Open {
    void* library = dlopen("libX11.so.6", RTLD_LAZY);
    return library ? reinterpret_cast<Open>(dlsym(library, "XOpenDisplay")) : nullptr;
  }();
  // By the name of the display; never destroyed, as the connections are not.
  static auto& connections = *new std::map<std::string, void*>;
  const char* name = std::getenv("DISPLAY");
  if (!open_display || !name || !*name) return false;
  void*& connection = connections[name];
  if (!connection) connection = open_display(name);
  return connection != nullptr;
}

}  // namespace

bool window_available() { return display_answers(); }

struct Window::Impl {
  sf::RenderWindow window;
  sf::Texture texture;
  Canvas canvas;
  std::vector<std::string> held;
  // Where the scene was last shown: offset in the window, window pixels per scene unit.
  float left = 0, top = 0, zoom = 1;
};

Window::Window(const std::string& title, int width, int height) {
  if (!display_answers()) {
    const char* name = std::getenv("DISPLAY");
    throw std::runtime_error(
        name && *name
            ? "the display " + std::string(name) + " does not answer: no window can open"
            : "no display (DISPLAY is not set): no window can open; record a video instead");
  }
  impl_ = std::make_unique<Impl>();
  impl_->window.create(sf::VideoMode(static_cast<unsigned>(width), static_cast<unsigned>(height)),
                       sf::String::fromUtf8(title.begin(), title.end()));
  impl_->window.setKeyRepeatEnabled(false);
  impl_->texture.setSmooth(true);
}
Window::~Window() = default;
Window::Window(Window&&) noexcept = default;
Window& Window::operator=(Window&&) noexcept = default;

bool Window::open() const { return impl_->window.isOpen(); }
void Window::close() { impl_->window.close(); }
void Window::set_title(const std::string& title) {
  impl_->window.setTitle(sf::String::fromUtf8(title.begin(), title.end()));
}

void Window::show(const Scene& scene) {
  Impl& w = *impl_;
  if (!w.window.isOpen()) return;
  const auto size = w.window.getSize();
  const auto window_width = static_cast<double>(size.x),
             window_height = static_cast<double>(size.y);
  const double zoom = std::min(window_width / scene.width(), window_height / scene.height());
  // Drawn at the window's own resolution for sharp edges, but never with more pixels than full HD
  // has: beyond that the texture is enlarged, so that large screens stay fluent.
  const double pixels = zoom * zoom * scene.width() * scene.height();
  const Frame& frame =
      w.canvas.draw(scene, zoom * std::min(1.0, std::sqrt(1920.0 * 1080 / pixels)));
  const auto frame_width = static_cast<unsigned>(frame.width);
  const auto frame_height = static_cast<unsigned>(frame.height);
  if (w.texture.getSize() != sf::Vector2u(frame_width, frame_height) &&
      !w.texture.create(frame_width, frame_height))
    throw std::runtime_error("the graphics driver has no room for a picture of this size");
  w.texture.update(frame.rgba.data());
  w.zoom = static_cast<float>(zoom);
  w.left = static_cast<float>(std::floor((window_width - zoom * scene.width()) / 2));
  w.top = static_cast<float>(std::floor((window_height - zoom * scene.height()) / 2));
  sf::Sprite sprite(w.texture);
  sprite.setPosition(w.left, w.top);
  sprite.setScale(static_cast<float>(zoom * scene.width() / frame.width),
                  static_cast<float>(zoom * scene.height() / frame.height));
  w.window.setView(sf::View(
      sf::FloatRect(0, 0, static_cast<float>(window_width), static_cast<float>(window_height))));
  w.window.clear(sf::Color(18, 20, 28));
  w.window.draw(sprite);
  w.window.display();
}

Window::Input Window::poll() {
  Impl& w = *impl_;
  Input input;
  for (sf::Event event{}; w.window.pollEvent(event);) {
    if (event.type == sf::Event::Closed) {
      input.closed = true;
    } else if (event.type == sf::Event::LostFocus) {
      w.held.clear();  // the release would go to another window
    } else if (event.type == sf::Event::KeyPressed) {
      std::string name = name_of(event.key.code);
      if (name.empty() || held(name)) continue;
      w.held.push_back(name);
      input.pressed.push_back(std::move(name));
    } else if (event.type == sf::Event::KeyReleased) {
      std::erase(w.held, name_of(event.key.code));
    } else if (event.type == sf::Event::MouseButtonPressed &&
               event.mouseButton.button == sf::Mouse::Left) {
      input.clicks.push_back({(static_cast<float>(event.mouseButton.x) - w.left) / w.zoom,
                              (static_cast<float>(event.mouseButton.y) - w.top) / w.zoom});
    }
  }
  return input;
}

bool Window::held(std::string_view key) const {
  return std::find(impl_->held.begin(), impl_->held.end(), key) != impl_->held.end();
}

}  // namespace sandlot
