# The LibTorch backend: sandlot_network opens the module sandlot_torch, which is linked to LibTorch, on
# first use. LibTorch is found by its headers and libraries alone: its own CMake package changes
# CMAKE_CXX_FLAGS and wants the CUDA toolkit and more, of which this needs nothing. For an unpacked
# LibTorch, or the one of a Python package: -DCMAKE_PREFIX_PATH=…/torch.
function(sandlot_add_torch)
  if(NOT SANDLOT_TORCH)
    return()
  endif()
  find_path(SANDLOT_TORCH_INCLUDE torch/csrc/autograd/autograd.h)
  foreach(name torch torch_cpu c10)
    find_library(SANDLOT_TORCH_LIB_${name} ${name})
  endforeach()
  foreach(name torch_cuda c10_cuda)  # only where LibTorch is built for GPUs
    find_library(SANDLOT_TORCH_LIB_${name} ${name})
  endforeach()
  mark_as_advanced(SANDLOT_TORCH_INCLUDE SANDLOT_TORCH_LIB_torch SANDLOT_TORCH_LIB_torch_cpu
                   SANDLOT_TORCH_LIB_c10 SANDLOT_TORCH_LIB_torch_cuda SANDLOT_TORCH_LIB_c10_cuda)
  if(NOT SANDLOT_TORCH_INCLUDE OR NOT SANDLOT_TORCH_LIB_torch OR NOT SANDLOT_TORCH_LIB_torch_cpu OR
     NOT SANDLOT_TORCH_LIB_c10)
    message(STATUS "LibTorch not found: networks run on Eigen alone")
    return()
  endif()

  add_library(sandlot_torch MODULE torch_engine.cpp torch_layers.cpp)
  target_include_directories(sandlot_torch SYSTEM PRIVATE
    ${SANDLOT_TORCH_INCLUDE} ${SANDLOT_TORCH_INCLUDE}/torch/csrc/api/include)
  target_compile_definitions(sandlot_torch PRIVATE AT_PER_OPERATOR_HEADERS)
  target_link_libraries(sandlot_torch PRIVATE sandlot_options
    ${SANDLOT_TORCH_LIB_torch} ${SANDLOT_TORCH_LIB_torch_cpu} ${SANDLOT_TORCH_LIB_c10})
  target_link_options(sandlot_torch PRIVATE LINKER:--no-undefined)
  if(SANDLOT_TORCH_LIB_torch_cuda)  # registers itself when loaded, so it must not be left out
    target_link_libraries(sandlot_torch PRIVATE
      -Wl,--no-as-needed ${SANDLOT_TORCH_LIB_torch_cuda} ${SANDLOT_TORCH_LIB_c10_cuda})
  endif()
  set_target_properties(sandlot_torch PROPERTIES
    PREFIX "" CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    INSTALL_RPATH_USE_LINK_PATH ON)
  install(TARGETS sandlot_torch LIBRARY DESTINATION lib/sandlot)

  target_sources(sandlot_network PRIVATE torch_network.cpp)
  target_link_libraries(sandlot_network PRIVATE ${CMAKE_DL_LIBS})
  target_compile_definitions(sandlot_network PRIVATE SANDLOT_TORCH)
  set_source_files_properties(torch_network.cpp PROPERTIES COMPILE_DEFINITIONS
    "SANDLOT_TORCH_NAME=\"$<TARGET_FILE_NAME:sandlot_torch>\";SANDLOT_TORCH_BUILT=\"$<TARGET_FILE:sandlot_torch>\"")
  add_dependencies(sandlot_network sandlot_torch)
endfunction()
