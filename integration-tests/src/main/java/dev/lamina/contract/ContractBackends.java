package dev.lamina.contract;

import dev.lamina.backend.Availability;
import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendId;
import dev.lamina.backend.BackendProvider;
import dev.lamina.config.LaminaConfig;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Assumptions;

/**
 * Opens the backends that are installed, and says loudly which are not.
 *
 * <p>A contract of a backend that this machine cannot run is skipped with the reason on standard
 * output; {@code -Dlamina.test.require=cuda} (or {@code cpu}, or both with a comma) turns that into
 * a failure.
 */
public final class ContractBackends {
  private static final String REQUIRED = "lamina.test.require";

  private ContractBackends() {}

  /**
   * Opens a backend, or skips the test, or fails it.
   *
   * @param id which backend
   * @param config the settings
   * @throws RuntimeException that skips the test if the backend is unavailable and not required
   * @throws AssertionError if the backend is unavailable and required
   */
  public static Backend open(BackendId id, LaminaConfig config) {
    String required = System.getProperty(REQUIRED, "");
    for (BackendProvider provider : ServiceLoader.load(BackendProvider.class)) {
      if (provider.id() == id) {
        return switch (provider.probe(config)) {
          case Availability.Available a -> provider.open(config);
          case Availability.Unavailable u -> skipOrFail(required, id, u);
        };
      }
    }
    return skipOrFail(
        required,
        id,
        new Availability.Unavailable(
            Availability.Reason.NOT_INSTALLED,
            "no provider of it is on the class path",
            "add the artifact lamina-" + id.text() + "-backend",
            Optional.empty()));
  }

  /** Never returns: skips the test, or fails it if the backend is among the required. */
  @SuppressWarnings("SystemOut") // a skipped backend must be seen
  static Backend skipOrFail(String required, BackendId id, Availability.Unavailable why) {
    String message =
        "contract tests: %s is unavailable: %s: %s; %s"
            .formatted(id.text(), why.reason().text(), why.detail(), why.remedy());
    if (List.of(required.split(",")).contains(id.text())) {
      throw new AssertionError(
          message + "; required by -D" + REQUIRED + "=" + required, why.cause().orElse(null));
    }
    System.out.println(message + "; SKIPPED");
    return Assumptions.abort(message);
  }
}
