package dev.lamina.cli;

import dev.lamina.LaminaVersion;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
final class Versions implements IVersionProvider {

  @Override
  public String[] getVersion() {
    return new String[] {
      "lamina " + LaminaVersion.text(),
      "JDK " + Runtime.version() + ", " + System.getProperty("java.vendor"),
      System.getProperty("os.name")
          + " "
          + System.getProperty("os.version")
          + ", "
          + System.getProperty("os.arch")
    };
  }
}
