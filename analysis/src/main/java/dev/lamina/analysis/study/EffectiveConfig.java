package dev.lamina.analysis.study;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValueFactory;
import dev.lamina.Lamina;
import dev.lamina.config.LoadedConfig;
import dev.lamina.config.Setting;

/** Writes the configuration in force as a file that can be run again anywhere on the machine. */
final class EffectiveConfig {
  private EffectiveConfig() {}

  /**
   * Returns the file: the study with an absolute base for its paths, and every setting with the
   * value that was used, the backend by its name.
   */
  static String text(LoadedConfig loaded, StudyConfig study, Lamina lamina) {
    Config config =
        loaded
            .root()
            .withValue(
                "study.base",
                ConfigValueFactory.fromAnyRef(study.base().toAbsolutePath().toString()))
            .withValue("study.seed", ConfigValueFactory.fromAnyRef(study.seed()));
    for (Setting setting : lamina.config().settings()) {
      config = config.withValue(setting.path(), ConfigValueFactory.fromAnyRef(setting.value()));
    }
    config =
        config.withValue(
            "lamina.backend", ConfigValueFactory.fromAnyRef(lamina.backend().id().text()));
    return config
        .root()
        .render(
            ConfigRenderOptions.defaults()
                .setComments(false)
                .setOriginComments(false)
                .setJson(false));
  }
}
