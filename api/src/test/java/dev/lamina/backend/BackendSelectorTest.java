package dev.lamina.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.backend.Availability.Available;
import dev.lamina.backend.Availability.Reason;
import dev.lamina.backend.Availability.Unavailable;
import dev.lamina.config.BackendChoice;
import dev.lamina.config.LaminaConfig;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class BackendSelectorTest {
  private static final LaminaConfig AUTO = LaminaConfig.defaults();
  private static final LaminaConfig CUDA = AUTO.withBackend(BackendChoice.CUDA);
  private static final LaminaConfig CPU = AUTO.withBackend(BackendChoice.CPU);

  private static final Availability GPU =
      new Available(new DeviceInfo("H200", 141L << 30, 132, "driver 580"));
  private static final Availability HOST = new Available(FakeProvider.DEVICE);
  private final UnsatisfiedLinkError cause = new UnsatisfiedLinkError("libcuda.so.1");
  private final Availability noDriver =
      new Unavailable(
          Reason.DRIVER,
          "libcuda.so.1 was not found",
          "install the NVIDIA driver 580 or newer",
          Optional.of(cause));
  private static final Availability NO_HOST =
      new Unavailable(Reason.NATIVE_LIBRARY, "no OpenBLAS", "use x86-64", Optional.empty());

  private static BackendReport select(LaminaConfig config, Availability cuda, Availability cpu) {
    return BackendSelector.select(config, Map.of(BackendId.CUDA, cuda, BackendId.CPU, cpu));
  }

  @Test
  void autoPrefersTheGpu() {
    BackendReport report = select(AUTO, GPU, HOST);
    assertThat(report.requireSelected()).isEqualTo(BackendId.CUDA);
    assertThat(report.fallback()).isEmpty();
    assertThat(report)
        .hasToString(
            """
            backend = auto (default): cuda
            * cuda  available    H200; parallelism 132, memory 141.0 GiB; driver 580
              cpu   available    Abacus 9; parallelism 2, memory 1.5 GiB; ten beads\
            """);
  }

  @Test
  void autoFallsBackWithOneLine() {
    BackendReport report = select(AUTO, noDriver, HOST);
    assertThat(report.requireSelected()).isEqualTo(BackendId.CPU);
    assertThat(report.fallback())
        .contains(
            "backend = auto uses cpu: cuda is not available (driver: libcuda.so.1 was not found); "
                + "install the NVIDIA driver 580 or newer");
    assertThat(report)
        .hasToString(
            """
            backend = auto (default): cpu
              cuda  unavailable  driver: libcuda.so.1 was not found
                                 → install the NVIDIA driver 580 or newer
            * cpu   available    Abacus 9; parallelism 2, memory 1.5 GiB; ten beads\
            """);
  }

  @Test
  void autoWithNothingThrowsTheTable() {
    assertThatThrownBy(() -> select(AUTO, noDriver, NO_HOST).requireSelected())
        .isInstanceOf(BackendUnavailableException.class)
        .hasCause(cause)
        .hasMessage(
            """
            no backend is available
            backend = auto (default): not available
              cuda  unavailable  driver: libcuda.so.1 was not found
                                 → install the NVIDIA driver 580 or newer
              cpu   unavailable  native library: no OpenBLAS
                                 → use x86-64\
            """);
  }

  @Test
  void forcedBackendIsTakenEvenIfAnotherIsPreferred() {
    BackendReport report = select(CPU, GPU, HOST);
    assertThat(report.requireSelected()).isEqualTo(BackendId.CPU);
    assertThat(report.fallback()).isEmpty();
  }

  @Test
  void forcedBackendThatIsMissingThrowsTheTableAndItsCause() {
    BackendReport report = select(CUDA, noDriver, HOST);
    assertThat(report.selected()).isEmpty();
    assertThat(report.fallback()).isEmpty();
    assertThatThrownBy(report::requireSelected)
        .isInstanceOf(BackendUnavailableException.class)
        .hasCause(cause)
        .hasMessage(
            """
            the backend cuda is not available
            backend = cuda (code): not available
              cuda  unavailable  driver: libcuda.so.1 was not found
                                 → install the NVIDIA driver 580 or newer
              cpu   available    Abacus 9; parallelism 2, memory 1.5 GiB; ten beads\
            """);
    assertThatThrownBy(() -> select(CPU, noDriver, NO_HOST).requireSelected()).hasNoCause();
  }

  @Test
  void backendWithoutProviderIsNotInstalled() {
    BackendReport report = BackendSelector.select(CPU, Map.of());
    assertThatThrownBy(report::requireSelected)
        .hasMessage(
            """
            the backend cpu is not available
            backend = cpu (code): not available
              cuda  unavailable  not installed: no provider of it is on the class path
                                 → add the artifact dev.lamina:lamina-cuda-backend
              cpu   unavailable  not installed: no provider of it is on the class path
                                 → add the artifact dev.lamina:lamina-cpu-backend\
            """);
  }

  @Test
  void probeThatThrowsBecomesAState() {
    IllegalStateException defect = new IllegalStateException("oops");
    BackendProvider throwing =
        new FakeProvider(
            BackendId.CPU,
            () -> {
              throw defect;
            });
    Availability state = BackendSelector.probe(AUTO, List.of(throwing)).get(BackendId.CPU);
    assertThat(state)
        .isEqualTo(
            new Unavailable(
                Reason.PROBE_FAILED,
                "looking for it failed with java.lang.IllegalStateException: oops",
                "this is a defect of dev.lamina.backend.FakeProvider; please report it",
                Optional.of(defect)));
  }

  @Test
  void twoProvidersOfOneBackendAreRefused() {
    FakeProvider cpu = FakeProvider.available(BackendId.CPU);
    assertThatThrownBy(() -> BackendSelector.probe(AUTO, List.of(cpu, cpu)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "two providers of backend cpu are on the class path; one of them is dev.lamina.backend.FakeProvider");
  }

  @Test
  void unavailabilityNeedsReasonAndRemedy() {
    assertThatThrownBy(() -> new Unavailable(Reason.DRIVER, "why", " ", Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "an unavailable backend must say why and what would help but says \"why\" and \" \"");
  }
}
