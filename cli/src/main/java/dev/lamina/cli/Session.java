package dev.lamina.cli;

import dev.lamina.config.ConfigErrors;
import dev.lamina.config.ConfigSources;
import dev.lamina.config.LaminaConfig;
import dev.lamina.config.LoadedConfig;
import dev.lamina.config.Setting;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What the subcommands of one run share.
 *
 * @param console where to write
 * @param sources environment and system properties
 * @param options the options that every subcommand has
 */
record Session(Console console, ConfigSources sources, GlobalOptions options) {

  /**
   * Returns the settings in force.
   *
   * @throws dev.lamina.config.ConfigException if one is wrong
   */
  LaminaConfig config() {
    return LaminaConfig.load(layers(List.of(), options.settings()));
  }

  /**
   * Returns the settings in force when {@code --backend} names none but all.
   *
   * @throws dev.lamina.config.ConfigException if one is wrong
   */
  LaminaConfig configOfEveryBackend() {
    return LaminaConfig.load(layers(List.of(), options.settingsOfEveryBackend()));
  }

  /**
   * Reads files and the settings in force.
   *
   * @param files files under the ones given by {@code --config}
   * @param errors where problems go
   */
  LoadedConfig load(List<Path> files, ConfigErrors errors) {
    return layers(files, options.settings()).load(errors);
  }

  private ConfigSources layers(List<Path> files, List<Setting> settings) {
    List<Path> all = new ArrayList<>(files);
    all.addAll(options.files());
    return sources.withFiles(all).withCommandLine(settings);
  }

  /** Tells the user something that is not the result. */
  void say(String message) {
    console.err().println(message);
  }

  /** Opens a place to report progress: a bar on a terminal, nothing elsewhere. */
  ProgressBars progress() {
    return new ProgressBars(console);
  }
}
