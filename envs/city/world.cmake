# What lives on the map.
target_sources(sandlot_city PRIVATE
  ${CMAKE_CURRENT_SOURCE_DIR}/actions.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/city.cpp ${CMAKE_CURRENT_SOURCE_DIR}/city_maps.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/city_route.cpp ${CMAKE_CURRENT_SOURCE_DIR}/city_surroundings.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/city_world.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/city_world_archive.cpp ${CMAKE_CURRENT_SOURCE_DIR}/drawing.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/driver.cpp ${CMAKE_CURRENT_SOURCE_DIR}/jaywalking.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/observation.cpp ${CMAKE_CURRENT_SOURCE_DIR}/overlays.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/pedestrians.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/raster.cpp ${CMAKE_CURRENT_SOURCE_DIR}/register.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/settings.cpp ${CMAKE_CURRENT_SOURCE_DIR}/traffic.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/traffic_conflicts.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/traffic_junctions.cpp ${CMAKE_CURRENT_SOURCE_DIR}/traffic_lanes.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/traffic_people.cpp ${CMAKE_CURRENT_SOURCE_DIR}/traffic_network.cpp
  ${CMAKE_CURRENT_SOURCE_DIR}/traffic_sirens.cpp ${CMAKE_CURRENT_SOURCE_DIR}/vehicle.cpp)
target_link_libraries(sandlot_city PRIVATE box2d::box2d)
