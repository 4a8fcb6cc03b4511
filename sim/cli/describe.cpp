#include "sim/config/describe.h"

#include <cstdio>

#include "sim/cli/common.h"
#include "sim/cli/verbs.h"
#include "sim/config/tree.h"
#include "sim/experiment/fit_config.h"

namespace sandlot {
namespace {

struct Options {
  std::string name;
  bool markdown = false;
};

void print_fields(const std::vector<FieldDescription>& fields) {
  if (fields.empty()) std::printf("  no settings\n");
  for (const auto& field : fields) {
    const std::string indent(static_cast<std::size_t>(2 + 2 * field.depth), ' ');
    const std::string name = field.path.substr(field.path.rfind('.') + 1);
    std::printf("%s%s", indent.c_str(), accent(name).c_str());
    if (!field.default_value.empty()) std::printf(" = %s", field.default_value.c_str());
    std::printf("  %s\n",
                dim(field.type + (field.range.empty() ? "" : ", " + field.range)).c_str());
    std::printf("%s    %s%s\n", indent.c_str(), field.help.c_str(),
                field.condition.empty() ? "" : (" (only with " + field.condition + ")").c_str());
  }
}

int describe(const Registry& registry, const Options& options) {
  if (options.markdown) {
    FitFile fit;
    std::printf("%s", reference_markdown(registry, {{FitFile::title, fit}}).c_str());
    return 0;
  }
  if (options.name.empty() || options.name == "config") {
    std::printf("%s\n", bold("The config file").c_str());
    print_fields(describe_config(registry));
    return 0;
  }
  if (options.name == "fit") {
    FitFile file;
    std::printf("%s\n", bold(FitFile::title).c_str());
    print_fields(describe_fields(registry, file));
    return 0;
  }
  std::vector<std::string> names{"config", "fit"};
  bool found = false;  // one name may be of several kinds
  for (const auto& kind : registry.kinds()) {
    for (const auto& entry : registry.list(kind)) {
      names.push_back(entry.name);
      if (entry.name != options.name) continue;
      if (found) std::printf("\n");
      found = true;
      std::printf("%s  %s\n%s\n\n", bold(entry.name).c_str(), dim(kind).c_str(),
                  entry.help.c_str());
      const auto component = entry.create();
      if (const auto* world = dynamic_cast<const EnvironmentFactory*>(component.get())) {
        const EnvironmentSpec spec = world->spec({});
        std::printf("  observation  %s\n  action       %s\n", spec.observation.describe().c_str(),
                    spec.action.describe().c_str());
        if (!spec.action_names.empty()) {
          std::string all;
          for (const auto& action : spec.action_names) all += (all.empty() ? "" : ", ") + action;
          std::printf("  actions      %s\n", all.c_str());
        }
        if (spec.step_limit > 0) std::printf("  step limit   %d\n", spec.step_limit);
        std::printf("\n");
      }
      print_fields(describe_fields(registry, *component));
    }
  }
  if (found) return 0;
  const std::string near = nearest(options.name, names);
  print_error(
      "there is nothing named '" + options.name + "'" +
      (near.empty() ? "; sandlot list shows what there is" : "; did you mean '" + near + "'?"));
  return 2;
}

}  // namespace

void add_describe(CLI::App& app, Run& run) {
  auto options = std::make_shared<Options>();
  auto* sub =
      app.add_subcommand("describe",
                         "The settings of a world, an agent, a learner or of the config file.\n"
                         "  sandlot describe cart_pole");
  sub->add_option("name", options->name, "as in sandlot list, or config, or fit");
  sub->add_flag("--markdown", options->markdown, "the whole reference, as in docs/reference.md");
  sub->callback([options, &run] {
    run = [options](const Registry& registry) { return describe(registry, *options); };
  });
}

}  // namespace sandlot
