package dev.lamina.config;

import com.typesafe.config.Config;

/**
 * A merged configuration.
 *
 * @param root everything, resolved
 * @param lamina the {@code lamina} block
 * @param reader reads the other blocks; its {@link ConfigReader#finish()} reports unknown ones
 */
public record LoadedConfig(Config root, LaminaConfig lamina, ConfigReader reader) {

  static LoadedConfig of(Config root, ConfigErrors errors) {
    ConfigReader reader = ConfigReader.of(root, errors);
    return new LoadedConfig(root, LaminaConfigReader.read(reader.section("lamina")), reader);
  }
}
