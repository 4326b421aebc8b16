package dev.lamina.benchmarks.device;

import dev.lamina.config.LaminaConfig;
import dev.lamina.cuda.CudaWorkbench;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Everything that is worth knowing of one GPU: ceilings first, then kernel matrices in every
 * arithmetic, Gram matrices, products with vectors, depths and Cholesky factors. Random inputs,
 * times by events of the device, several rounds in turn after one that is not counted, and errors
 * against float64 beside each figure. A section that fails is reported and the next one runs.
 */
public final class DeviceSuite {
  private final CudaWorkbench workbench;
  private final Consumer<String> progress;
  private final List<Figure> figures = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();
  private final long start = System.nanoTime();

  private DeviceSuite(CudaWorkbench workbench, Consumer<String> progress) {
    this.workbench = workbench;
    this.progress = progress;
  }

  /**
   * Runs the suite.
   *
   * @param workbench the device
   * @param config the settings in force
   * @param settings sizes
   * @param progress told what is being done and each figure, a line each
   * @return what was found
   */
  public static DeviceResult run(
      CudaWorkbench workbench,
      LaminaConfig config,
      DeviceSettings settings,
      Consumer<String> progress) {
    return new DeviceSuite(workbench, progress).run(config, settings);
  }

  private DeviceResult run(LaminaConfig config, DeviceSettings settings) {
    progress.accept("drawing %,d×%d inputs".formatted(settings.rows(), settings.dimension()));
    try (Inputs inputs = Inputs.draw(settings.rows(), settings.dimension());
        Reference reference = Reference.open(workbench, config)) {
      long end = start + settings.seconds() * 1_000_000_000L;
      Bench bench =
          new Bench(workbench, settings, inputs, reference, Ceilings.UNKNOWN, end, progress);
      Ceilings[] ceilings = {Ceilings.UNKNOWN};
      int left = 1 + sections().size();
      section(
          CeilingSection.NAME,
          bench.with(Ceilings.UNKNOWN, share(end, left)),
          b -> {
            CeilingSection.Found found = CeilingSection.run(b);
            ceilings[0] = found.ceilings();
            return found.figures();
          });
      for (Map.Entry<String, Function<Bench, List<Figure>>> section : sections().entrySet()) {
        left--;
        section(section.getKey(), bench.with(ceilings[0], share(end, left)), section.getValue());
      }
      return new DeviceResult(
          workbench.backend().device(),
          workbench.emulated(),
          workbench.blas(),
          reference.description(),
          settings,
          ceilings[0],
          figures,
          problems,
          (System.nanoTime() - start) / 1e9);
    }
  }

  private static Map<String, Function<Bench, List<Figure>>> sections() {
    Map<String, Function<Bench, List<Figure>>> sections = new LinkedHashMap<>();
    sections.put(KernelSection.ARITHMETIC, KernelSection::arithmetics);
    sections.put(GramSection.NAME, GramSection::run);
    sections.put(VectorSection.NAME, VectorSection::run);
    sections.put(KernelSection.DEPTHS, KernelSection::depths);
    sections.put(CholeskySection.NAME, CholeskySection::run);
    return sections;
  }

  /** Returns when a section should end that is one of so many left. */
  private static long share(long end, int left) {
    long now = System.nanoTime();
    return now + Math.max(0, end - now) / left;
  }

  @SuppressWarnings("IllegalCatch") // whatever ends a section, the others are worth having
  private void section(String name, Bench bench, Function<Bench, List<Figure>> section) {
    progress.accept(name);
    try {
      for (Figure figure : section.apply(bench)) {
        figures.add(figure);
        progress.accept("  " + DeviceReport.row(figure));
      }
    } catch (RuntimeException | OutOfMemoryError e) {
      problems.add(name + ": " + e);
      progress.accept("  FAILED: " + e);
    }
  }
}
