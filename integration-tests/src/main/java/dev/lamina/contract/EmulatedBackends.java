package dev.lamina.contract;

import dev.lamina.backend.Availability;
import dev.lamina.backend.Backend;
import dev.lamina.config.LaminaConfig;
import dev.lamina.cuda.EmulatedBackendProvider;
import org.junit.jupiter.api.Assumptions;

/** Opens the emulated cuda backend, or says loudly that this build has none. */
final class EmulatedBackends {
  private static final long MEMORY = 256L << 20;
  private static final long SEED = 1;

  private EmulatedBackends() {}

  @SuppressWarnings("SystemOut") // a skipped backend must be seen
  static Backend open(LaminaConfig config) {
    EmulatedBackendProvider provider = new EmulatedBackendProvider(MEMORY, SEED, 0);
    if (provider.probe(config) instanceof Availability.Unavailable why) {
      String message =
          "contract tests: cuda (emulated) is unavailable: %s; %s"
              .formatted(why.detail(), why.remedy());
      System.out.println(message + "; SKIPPED");
      return Assumptions.abort(message);
    }
    return provider.open(config);
  }
}
