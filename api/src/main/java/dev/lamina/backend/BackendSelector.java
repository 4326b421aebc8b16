package dev.lamina.backend;

import dev.lamina.backend.Availability.Available;
import dev.lamina.backend.Availability.Reason;
import dev.lamina.backend.Availability.Unavailable;
import dev.lamina.config.BackendChoice;
import dev.lamina.config.LaminaConfig;
import dev.lamina.config.Setting;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;

/** Finds out which backends can be used, and chooses one. */
public final class BackendSelector {
  private BackendSelector() {}

  /**
   * {@return the providers on the class path}
   *
   * @throws java.util.ServiceConfigurationError if one is registered but cannot be made
   */
  public static List<BackendProvider> providers() {
    List<BackendProvider> providers = new ArrayList<>();
    ServiceLoader.load(BackendProvider.class).forEach(providers::add);
    return List.copyOf(providers);
  }

  /**
   * Asks every provider.
   *
   * @param config the settings in force
   * @param providers at most one for each backend
   * @return the answer of each backend that has a provider
   * @throws IllegalArgumentException if two providers claim the same backend
   */
  public static Map<BackendId, Availability> probe(
      LaminaConfig config, List<BackendProvider> providers) {
    Map<BackendId, Availability> probes = new EnumMap<>(BackendId.class);
    for (BackendProvider provider : providers) {
      if (probes.put(provider.id(), probe(config, provider)) != null) {
        throw new IllegalArgumentException(
            "two providers of backend %s are on the class path; one of them is %s"
                .formatted(provider.id().text(), provider.getClass().getName()));
      }
    }
    return probes;
  }

  private static Availability probe(LaminaConfig config, BackendProvider provider) {
    try {
      return provider.probe(config);
    } catch (RuntimeException | LinkageError e) {
      return new Unavailable(
          Reason.PROBE_FAILED,
          "looking for it failed with " + e,
          "this is a defect of %s; please report it".formatted(provider.getClass().getName()),
          Optional.of(e));
    }
  }

  /**
   * Chooses a backend. A pure function.
   *
   * @param config says what is wanted: {@code auto} takes the first available backend in the order
   *     of {@link BackendId}, any other choice that one or none
   * @param probes the state of the backends that are installed
   * @return the choice; {@link BackendReport#requireSelected()} throws if there is none
   */
  public static BackendReport select(LaminaConfig config, Map<BackendId, Availability> probes) {
    Map<BackendId, Availability> states = new EnumMap<>(BackendId.class);
    Optional<BackendId> selected = Optional.empty();
    for (BackendId id : BackendId.values()) {
      Availability state = probes.containsKey(id) ? probes.get(id) : notInstalled(id);
      states.put(id, state);
      if (selected.isEmpty() && wants(config.backend(), id) && state instanceof Available) {
        selected = Optional.of(id);
      }
    }
    return new BackendReport(config.backend(), origin(config), states, selected);
  }

  private static boolean wants(BackendChoice choice, BackendId id) {
    return switch (choice) {
      case AUTO -> true;
      case CUDA -> id == BackendId.CUDA;
      case CPU -> id == BackendId.CPU;
    };
  }

  private static Unavailable notInstalled(BackendId id) {
    return new Unavailable(
        Reason.NOT_INSTALLED,
        "no provider of it is on the class path",
        "add the artifact dev.lamina:lamina-%s-backend".formatted(id.text()),
        Optional.empty());
  }

  private static String origin(LaminaConfig config) {
    return config.settings().stream()
        .filter(setting -> setting.path().equals("lamina.backend"))
        .map(Setting::origin)
        .findFirst()
        .orElseThrow();
  }
}
