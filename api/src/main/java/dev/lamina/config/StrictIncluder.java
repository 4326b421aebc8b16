package dev.lamina.config;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigIncludeContext;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigIncluderClasspath;
import com.typesafe.config.ConfigIncluderFile;
import com.typesafe.config.ConfigObject;
import java.io.File;

/** Makes a missing include an error, which HOCON by itself passes over in silence. */
final class StrictIncluder implements ConfigIncluder, ConfigIncluderFile, ConfigIncluderClasspath {
  private final ConfigIncluder standard;

  StrictIncluder() {
    this(null);
  }

  private StrictIncluder(ConfigIncluder standard) {
    this.standard = standard;
  }

  @Override
  public ConfigIncluder withFallback(ConfigIncluder fallback) {
    return new StrictIncluder(fallback);
  }

  @Override
  public ConfigObject include(ConfigIncludeContext context, String what) {
    try {
      return standard.include(strict(context), what);
    } catch (ConfigException.IO e) {
      throw new ConfigException.Generic(
          "include \"%s\": there is no %s, .json or .properties beside the file"
              .formatted(what, what.endsWith(".conf") ? what : what + ".conf"),
          e);
    }
  }

  @Override
  public ConfigObject includeFile(ConfigIncludeContext context, File what) {
    return ((ConfigIncluderFile) standard).includeFile(strict(context), what);
  }

  @Override
  public ConfigObject includeResources(ConfigIncludeContext context, String what) {
    return ((ConfigIncluderClasspath) standard).includeResources(strict(context), what);
  }

  private static ConfigIncludeContext strict(ConfigIncludeContext context) {
    return context.setParseOptions(context.parseOptions().setAllowMissing(false));
  }
}
