package dev.lamina.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.matrix.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LaminaConfigTest {
  @TempDir Path folder;

  private Path file(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static ConfigSources sources(Path... files) {
    return ConfigSources.defaults().withFiles(List.of(files));
  }

  private static String origin(LaminaConfig config, String path) {
    return config.settings().stream()
        .filter(s -> s.path().equals(path))
        .findFirst()
        .orElseThrow()
        .origin();
  }

  @Test
  void defaultsAreTheDocumentedOnes() {
    LaminaConfig config = LaminaConfig.defaults();
    assertThat(config.backend()).isEqualTo(BackendChoice.AUTO);
    assertThat(config.precision()).isEqualTo(DType.FLOAT32);
    assertThat(config.deterministic()).isTrue();
    assertThat(config.cpuThreads())
        .isEqualTo(Math.min(1024, Runtime.getRuntime().availableProcessors()));
    assertThat(config.cuda()).isEqualTo(new CudaConfig(0, CudaMath.AUTO, Optional.empty()));
    assertThat(config.memoryBudget()).isPositive();
    assertThat(config.memoryBudget() % (1 << 20)).isZero();
    assertThat(config.settings()).allSatisfy(s -> assertThat(s.origin()).isEqualTo("default"));
  }

  @Test
  void everyKeyOfTheDefaultsIsASettingAndTheOtherWayRound() {
    ConfigErrors errors = new ConfigErrors();
    LoadedConfig loaded = ConfigSources.defaults().load(errors);
    List<String> keys = loaded.root().entrySet().stream().map(Map.Entry::getKey).sorted().toList();
    assertThat(LaminaConfig.defaults().settings().stream().map(Setting::path).sorted())
        .containsExactlyElementsOf(keys);
  }

  @Test
  void fileYieldsToEnvironmentYieldsToSystemPropertyYieldsToCommandLine() throws IOException {
    Path file =
        file(
            "a.conf",
            """
            lamina {
              backend = cpu
              precision = float64
              memory-budget = 2 MiB
              cpu.threads = 3
            }
            """);
    Map<String, String> environment =
        Map.of(
            "LAMINA_PRECISION", "float32",
            "LAMINA_MEMORY_BUDGET", "3 MiB",
            "LAMINA_CPU_THREADS", "4");
    Map<String, String> properties =
        Map.of("lamina.memory-budget", "5 MiB", "lamina.cpu.threads", "5");
    List<Setting> options =
        List.of(new Setting("lamina.cpu.threads", "6", "command line --threads"));
    LaminaConfig config =
        LaminaConfig.load(new ConfigSources(List.of(file), environment, properties, options));

    assertThat(config.backend()).isEqualTo(BackendChoice.CPU);
    assertThat(config.precision()).isEqualTo(DType.FLOAT32);
    assertThat(config.memoryBudget()).isEqualTo(5L << 20);
    assertThat(config.cpuThreads()).isEqualTo(6);
    assertThat(origin(config, "lamina.backend")).isEqualTo(file + ": 2");
    assertThat(origin(config, "lamina.precision"))
        .isEqualTo("environment variable LAMINA_PRECISION");
    assertThat(origin(config, "lamina.memory-budget"))
        .isEqualTo("system property lamina.memory-budget");
    assertThat(origin(config, "lamina.cpu.threads")).isEqualTo("command line --threads");
    assertThat(origin(config, "lamina.deterministic")).isEqualTo("default");
    assertThat(origin(config.withCpuThreads(1), "lamina.cpu.threads")).isEqualTo("code");
  }

  @Test
  void laterFileOverridesEarlierOne() throws IOException {
    Path first = file("a.conf", "lamina { backend = cpu, precision = float64 }");
    Path second = file("b.conf", "lamina.backend = cuda");
    LaminaConfig config = LaminaConfig.load(sources(first, second));
    assertThat(config.backend()).isEqualTo(BackendChoice.CUDA);
    assertThat(config.precision()).isEqualTo(DType.FLOAT64);
  }

  @Test
  void includedDefaultsStillCountAsDefaults() throws IOException {
    Path file = file("a.conf", "include \"lamina-defaults\"\nlamina.backend = cpu\n");
    LaminaConfig config = LaminaConfig.load(sources(file));
    assertThat(config.backend()).isEqualTo(BackendChoice.CPU);
    assertThat(origin(config, "lamina.backend")).isEqualTo(file + ": 2");
    assertThat(origin(config, "lamina.precision")).isEqualTo("default");
    assertThat(origin(config, "lamina.cuda.math")).isEqualTo("default");
  }

  @Test
  void missingIncludeIsAnError() throws IOException {
    Path file = file("a.conf", "include \"lamna-defaults\"\n");
    assertThatThrownBy(() -> LaminaConfig.load(sources(file)))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "configuration: %s: include \"lamna-defaults\": there is no lamna-defaults.conf, .json or .properties beside the file",
            file);
    Path byFile = file("b.conf", "include file(\"nowhere.conf\")\n");
    assertThatThrownBy(() -> LaminaConfig.load(sources(byFile)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("nowhere.conf");
  }

  @Test
  void sizesAreReadInTheirUsualUnits() throws IOException {
    for (Map.Entry<String, Long> e :
        Map.of("4 GiB", 4L << 30, "\"2MiB\"", 2L << 20, "500 MB", 500_000_000L, "1048576", 1L << 20)
            .entrySet()) {
      Path file = file("a.conf", "lamina.memory-budget = " + e.getKey());
      assertThat(LaminaConfig.load(sources(file)).memoryBudget()).isEqualTo(e.getValue());
    }
    assertThat(ByteSizes.exact(4L << 30)).isEqualTo("4 GiB");
    assertThat(ByteSizes.exact(1536L << 20)).isEqualTo("1536 MiB");
    assertThat(ByteSizes.exact(500_000_000L)).isEqualTo("500000000 B");
    assertThat(ByteSizes.exact(0)).isEqualTo("0 B");
    assertThat(ByteSizes.rounded(4L << 30)).isEqualTo("4 GiB");
    assertThat(ByteSizes.rounded(1000)).isEqualTo("1000 bytes");
    assertThat(ByteSizes.rounded(1_468_800)).isEqualTo("1.401 MiB");
    assertThat(ByteSizes.rounded(Long.MAX_VALUE)).isEqualTo("8192 PiB");
  }

  @Test
  void allProblemsAreReportedAtOnceWithOriginAndSuggestion() throws IOException {
    Path file =
        file(
            "bad.conf",
            """
            lamina {
              bakend = cpu
              precision = flaot64
              memory-budget = plenty
              deterministic = perhaps
              cpu { threads = 0 }
              cuda { device = 1.5, maths = float32 }
            }
            studdy {}
            """);
    assertThatThrownBy(() -> LaminaConfig.load(sources(file)))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            """
            configuration: 8 problems
              lamina.memory-budget (F: 4): must be a size such as 4 GiB or 500 MB but is "plenty"
              lamina.precision (F: 3): must be one of float32, float64 but is "flaot64"; did you mean 'float64'?
              lamina.deterministic (F: 5): must be one of false, true but is "perhaps"
              lamina.cpu.threads (F: 6): must be a whole number ≥ 1 and ≤ 1024 but is 0
              lamina.cuda.device (F: 7): must be a whole number ≥ 0 but is 1.5
              studdy (F: 9): unknown key; did you mean 'study'?
              lamina.bakend (F: 2): unknown key; did you mean 'backend'?
              lamina.cuda.maths (F: 7): unknown key; did you mean 'math'?\
            """
                .replace("F", file.toString()));
  }

  @Test
  void budgetOfNothingIsRefused() throws IOException {
    Path file = file("a.conf", "lamina.memory-budget = 0 kB");
    assertThatThrownBy(() -> LaminaConfig.load(sources(file)))
        .hasMessage(
            "configuration: lamina.memory-budget ("
                + file
                + ": 1): must be at least 1 B but is \"0 kB\"");
  }

  @Test
  void misspeltVariableIsAnErrorAndForeignOneIsNot() {
    ConfigSources foreign =
        new ConfigSources(
            List.of(),
            Map.of("LAMINA_HOME", "/x", "HOME", "/root"),
            Map.of("lamina.test.require", "cpu", "lamina.leak-report", "true"),
            List.of());
    assertThat(LaminaConfig.load(foreign).backend()).isEqualTo(BackendChoice.AUTO);
    ConfigSources misspelt =
        new ConfigSources(
            List.of(),
            Map.of("LAMINA_BACKAND", "cpu"),
            Map.of("lamina.cpu.thread", "2"),
            List.of());
    assertThatThrownBy(() -> LaminaConfig.load(misspelt))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            """
            configuration: 2 problems
              environment variable LAMINA_BACKAND: unknown; did you mean 'LAMINA_BACKEND'?
              system property lamina.cpu.thread: unknown; did you mean 'lamina.cpu.threads'?\
            """);
  }

  @Test
  void wrongVariableNamesItself() {
    ConfigSources bad =
        new ConfigSources(List.of(), Map.of("LAMINA_CPU_THREADS", "two"), Map.of(), List.of());
    assertThatThrownBy(() -> LaminaConfig.load(bad))
        .hasMessage(
            "configuration: lamina.cpu.threads (environment variable LAMINA_CPU_THREADS): "
                + "must be a whole number ≥ 1 and ≤ 1024 but is \"two\"");
  }

  @Test
  void unreadableFilesAreNamed() throws IOException {
    Path missing = folder.resolve("missing.conf");
    assertThatThrownBy(() -> LaminaConfig.load(sources(missing, folder)))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "configuration: 2 problems\n  %s: no such file\n  %s: is a folder, not a file"
                .formatted(missing, folder));
    Path broken = file("broken.conf", "lamina {\n backend = \n");
    assertThatThrownBy(() -> LaminaConfig.load(sources(broken)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(broken + ": 3");
    Path unresolved = file("unresolved.conf", "lamina.backend = ${nowhere}\n");
    assertThatThrownBy(() -> LaminaConfig.load(sources(unresolved)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(unresolved + ": 1")
        .hasMessageContaining("nowhere");
  }

  @Test
  void codeCannotMakeAnInvalidConfigEither() {
    LaminaConfig config = LaminaConfig.defaults();
    assertThatThrownBy(() -> config.withCpuThreads(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("lamina.cpu.threads must be from 1 to 1024 but is 0");
    assertThatThrownBy(() -> config.withMemoryBudget(0))
        .hasMessage("lamina.memory-budget must be ≥ 1 byte but is 0");
    assertThatThrownBy(() -> new CudaConfig(-1, CudaMath.AUTO, Optional.empty()))
        .hasMessage("lamina.cuda.device must be ≥ 0 but is -1");
  }
}
