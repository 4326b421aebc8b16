package dev.lamina.cuda;

import dev.lamina.backend.Availability;
import dev.lamina.backend.Availability.Reason;
import dev.lamina.backend.Availability.Unavailable;
import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendId;
import dev.lamina.backend.BackendProvider;
import dev.lamina.config.LaminaConfig;
import java.util.Optional;

/**
 * Stands for the {@code cuda} backend. This version carries no code for the device, so it is never
 * available, whatever GPU the machine has.
 */
public final class CudaBackendProvider implements BackendProvider {

  /** Creates the provider. */
  public CudaBackendProvider() {}

  @Override
  public BackendId id() {
    return BackendId.CUDA;
  }

  @Override
  public Availability probe(LaminaConfig config) {
    return new Unavailable(
        Reason.NO_DEVICE_CODE,
        "this version of Lamina has no CUDA device code yet, whatever GPU the machine has",
        "set lamina.backend = cpu to choose the processor without this line",
        Optional.empty());
  }

  @Override
  public Backend open(LaminaConfig config) {
    throw new IllegalStateException("the cuda backend cannot be opened: " + probe(config));
  }
}
