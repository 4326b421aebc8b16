package dev.lamina.analysis.study;

import dev.lamina.Lamina;
import dev.lamina.backend.Availability;
import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendId;
import dev.lamina.backend.BackendProvider;
import dev.lamina.backend.DeviceInfo;
import dev.lamina.config.BackendChoice;
import dev.lamina.config.LaminaConfig;
import java.lang.reflect.Proxy;
import java.util.List;

/** A backend that can be opened and closed and computes nothing. */
final class IdleBackend implements BackendProvider {
  private static final DeviceInfo DEVICE = new DeviceInfo("Abacus", 1, 1, "ten beads");

  static Lamina open() {
    LaminaConfig config = LaminaConfig.defaults().withBackend(BackendChoice.CPU);
    return Lamina.open(config, List.of(new IdleBackend()));
  }

  @Override
  public BackendId id() {
    return BackendId.CPU;
  }

  @Override
  public Availability probe(LaminaConfig config) {
    return new Availability.Available(DEVICE);
  }

  @Override
  public Backend open(LaminaConfig config) {
    return (Backend)
        Proxy.newProxyInstance(
            Backend.class.getClassLoader(),
            new Class<?>[] {Backend.class},
            (_, method, _) ->
                switch (method.getName()) {
                  case "id" -> BackendId.CPU;
                  case "device" -> DEVICE;
                  case "close" -> null;
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }
}
