package dev.lamina.benchmarks;

import dev.lamina.backend.Availability;
import dev.lamina.backend.Availability.Unavailable;
import dev.lamina.backend.BackendId;
import dev.lamina.backend.BackendSelector;
import dev.lamina.config.BackendChoice;
import dev.lamina.config.LaminaConfig;
import dev.lamina.cpu.CpuWorkbench;
import dev.lamina.cuda.CudaWorkbench;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What can be measured. */
public enum BenchDevice {
  /** The processor. */
  CPU(BackendId.CPU),
  /** A GPU. */
  CUDA(BackendId.CUDA),
  /** A GPU that the processor imitates: its times say nothing. */
  EMULATED(BackendId.CUDA);

  private static final long EMULATED_MEMORY = 64L << 20;

  private final BackendId id;

  BenchDevice(BackendId id) {
    this.id = id;
  }

  BackendId id() {
    return id;
  }

  /** Returns what it is called among the options of a run. */
  String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Opens it, or throws an IllegalArgumentException that says in one line why it cannot. */
  Workbench open(LaminaConfig config) {
    return switch (this) {
      case CPU -> new CpuBench(CpuWorkbench.open(config));
      case CUDA -> new CudaBench(CudaWorkbench.open(config));
      case EMULATED -> new CudaBench(CudaWorkbench.emulated(config, EMULATED_MEMORY));
    };
  }

  /**
   * {@return what the settings choose: one backend}
   *
   * @param config the settings in force
   * @throws dev.lamina.backend.BackendUnavailableException if none is there
   */
  public static BenchDevice chosen(LaminaConfig config) {
    if (config.backend() != BackendChoice.AUTO) {
      return config.backend() == BackendChoice.CUDA ? CUDA : CPU;
    }
    Map<BackendId, Availability> probes =
        BackendSelector.probe(config, BackendSelector.providers());
    return BackendSelector.select(config, probes).requireSelected() == BackendId.CUDA ? CUDA : CPU;
  }

  /**
   * {@return every backend that is available}
   *
   * @param config the settings in force
   * @param listener told of those that are not
   */
  public static List<BenchDevice> all(LaminaConfig config, BenchListener listener) {
    List<BenchDevice> devices = new ArrayList<>();
    Map<BackendId, Availability> probes =
        BackendSelector.probe(config, BackendSelector.providers());
    for (BenchDevice device : List.of(CUDA, CPU)) {
      if (probes.get(device.id) instanceof Unavailable u) {
        listener.say(
            "NOT MEASURED: the %s backend is unavailable: %s: %s; %s"
                .formatted(device.id.text(), u.reason().text(), u.detail(), u.remedy()));
      } else {
        devices.add(device);
      }
    }
    return devices;
  }
}
