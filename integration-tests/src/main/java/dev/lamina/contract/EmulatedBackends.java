package dev.lamina.contract;

import dev.lamina.backend.Availability;
import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendProvider;
import dev.lamina.config.LaminaConfig;
import dev.lamina.cuda.EmulatedBackendProvider;
import org.junit.jupiter.api.Assumptions;

/** Opens the emulated cuda backend, or says loudly that this build has none. */
final class EmulatedBackends {
  private static final long MEMORY = 256L << 20;
  private static final long SEED = 1;

  private EmulatedBackends() {}

  /** Opens a device of {@link #MEMORY}, or skips the test. */
  static Backend open(LaminaConfig config) {
    return provider(MEMORY, config).open(config);
  }

  /**
   * Returns the provider of a device, or skips the test.
   *
   * @param memoryBytes memory of the device
   * @param config the settings
   */
  @SuppressWarnings("SystemOut") // a skipped backend must be seen
  static BackendProvider provider(long memoryBytes, LaminaConfig config) {
    BackendProvider provider = new EmulatedBackendProvider(memoryBytes, SEED, 0);
    if (provider.probe(config) instanceof Availability.Unavailable why) {
      String message =
          "contract tests: cuda (emulated) is unavailable: %s; %s"
              .formatted(why.detail(), why.remedy());
      System.out.println(message + "; SKIPPED");
      return Assumptions.abort(message);
    }
    return provider;
  }
}
