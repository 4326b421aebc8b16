package dev.lamina.config;

import com.sun.management.OperatingSystemMXBean;
import dev.lamina.matrix.DType;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Reads the {@code lamina} block. */
final class LaminaConfigReader {
  private static final String AUTO = "auto";

  private static final long MIB = 1 << 20;

  private LaminaConfigReader() {}

  static LaminaConfig read(ConfigReader lamina) {
    ConfigReader cpu = lamina.section("cpu");
    ConfigReader cuda = lamina.section("cuda");
    LaminaConfig config =
        new LaminaConfig(
            lamina.choice(
                "backend", words(BackendChoice.values(), BackendChoice::text), BackendChoice.AUTO),
            memoryBudget(lamina),
            lamina.choice(
                "precision", words(DType.values(), LaminaConfigReader::word), DType.FLOAT32),
            lamina.flag("deterministic", true),
            cache(lamina),
            threads(cpu),
            cuda(cuda),
            Map.of());
    Map<String, String> origins = new HashMap<>();
    for (Setting setting : config.settings()) {
      ConfigReader owner =
          setting.path().startsWith("lamina.cpu.")
              ? cpu
              : setting.path().startsWith("lamina.cuda.") ? cuda : lamina;
      String key = setting.path().substring(owner.path().length() + 1);
      origins.put(setting.path(), owner.origin(key));
    }
    return new LaminaConfig(
        config.backend(),
        config.memoryBudget(),
        config.precision(),
        config.deterministic(),
        config.cache(),
        config.cpuThreads(),
        config.cuda(),
        origins);
  }

  private static String word(DType dtype) {
    return dtype == DType.FLOAT32 ? "float32" : "float64";
  }

  private static <E> Map<String, E> words(E[] values, Function<E, String> word) {
    return Arrays.stream(values).collect(Collectors.toMap(word, Function.identity()));
  }

  private static CudaConfig cuda(ConfigReader cuda) {
    String path = cuda.text("library-path", "");
    return new CudaConfig(
        cuda.integer("device", Bounds.NOT_NEGATIVE, 0),
        cuda.choice("math", words(CudaMath.values(), CudaMath::text), CudaMath.AUTO),
        path.isEmpty() ? Optional.empty() : Optional.of(Path.of(path)));
  }

  private static Optional<Path> cache(ConfigReader lamina) {
    String path = lamina.text("cache", AUTO);
    // Empty is what an unset variable of a script looks like.
    return path.isBlank() || path.equals(AUTO) ? Optional.empty() : Optional.of(Path.of(path));
  }

  private static int threads(ConfigReader cpu) {
    int processors =
        Math.min(LaminaConfig.MOST_THREADS, Runtime.getRuntime().availableProcessors());
    return isAuto(cpu, "threads")
        ? processors
        : cpu.integer("threads", Bounds.between(1, LaminaConfig.MOST_THREADS), processors);
  }

  private static long memoryBudget(ConfigReader lamina) {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    // A quarter: what the budget is for lives beside the caller's matrices, which are the bulk.
    long quarter = Math.max(MIB, system.getTotalMemorySize() / 4 / MIB * MIB);
    return isAuto(lamina, "memory-budget") ? quarter : lamina.bytes("memory-budget", 1, quarter);
  }

  private static boolean isAuto(ConfigReader reader, String key) {
    return reader.has(key) && AUTO.equals(reader.config().root().get(key).unwrapped());
  }
}
