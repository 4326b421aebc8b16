package dev.lamina;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** Says which version of Lamina runs. */
public final class LaminaVersion {
  private LaminaVersion() {}

  /** {@return the version, such as {@code 0.1.0}} */
  public static String text() {
    Properties properties = new Properties();
    try (InputStream in = LaminaVersion.class.getResourceAsStream("/lamina-version.properties")) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException("lamina-version.properties", e);
    }
    return properties.getProperty("version");
  }
}
