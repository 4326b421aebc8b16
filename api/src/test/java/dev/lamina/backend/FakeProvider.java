package dev.lamina.backend;

import dev.lamina.config.LaminaConfig;
import java.util.function.Supplier;

/** A provider whose probe is whatever a test says. */
public record FakeProvider(BackendId id, Supplier<Availability> state) implements BackendProvider {
  static final DeviceInfo DEVICE = new DeviceInfo("Abacus 9", 3L << 29, 2, "ten beads");

  public static FakeProvider available(BackendId id) {
    return new FakeProvider(id, () -> new Availability.Available(DEVICE));
  }

  @Override
  public Availability probe(LaminaConfig config) {
    return state.get();
  }

  @Override
  public Backend open(LaminaConfig config) {
    return new FakeBackend(id);
  }
}
