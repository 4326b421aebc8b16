package dev.lamina.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.backend.Availability;
import dev.lamina.backend.Availability.Available;
import dev.lamina.backend.Availability.Reason;
import dev.lamina.backend.Availability.Unavailable;
import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendId;
import dev.lamina.backend.BackendProvider;
import dev.lamina.backend.BackendSelector;
import dev.lamina.config.LaminaConfig;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.ShapeException;
import dev.lamina.ops.Jitter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CpuBackendTest {
  private final BackendProvider provider = new CpuBackendProvider();
  private final LaminaConfig config =
      LaminaConfig.defaults().withCpuThreads(2).withMemoryBudget(1 << 20);

  @Test
  void isFoundAndSaysWhatItComputesOn() {
    assertThat(BackendSelector.providers()).hasAtLeastOneElementOfType(CpuBackendProvider.class);
    assertThat(provider.probe(config))
        .isInstanceOfSatisfying(
            Available.class,
            available -> {
              assertThat(available.device().name()).isNotBlank();
              assertThat(available.device().memoryBytes()).isGreaterThan(1L << 28);
              assertThat(available.device().parallelism()).isEqualTo(2);
              assertThat(available.device().detail())
                  .matches("\\d+-bit vectors, OpenBLAS 0\\.\\S+ for \\S+");
            });
  }

  @Test
  void missingLibraryIsAValueWithReasonRemedyAndCause() {
    UnsatisfiedLinkError cause = new UnsatisfiedLinkError("no jniopenblas");
    Availability missing =
        CpuBackendProvider.availability(
            new OpenBlas.Missing("it is not there", "get it", cause), 2);
    assertThat(missing)
        .isInstanceOfSatisfying(
            Unavailable.class,
            u -> {
              assertThat(u.reason()).isEqualTo(Reason.NATIVE_LIBRARY);
              assertThat(u.detail()).isEqualTo("it is not there");
              assertThat(u.remedy()).isEqualTo("get it");
              assertThat(u.cause()).containsSame(cause);
            });
  }

  @Test
  void uploadCopiesAndDownloadConverts() {
    try (Backend backend = provider.open(config);
        HostMatrix source = HostMatrix.of(new double[][] {{1, 2}, {3, 4}});
        DeviceMatrix device = backend.upload(source);
        HostMatrix target = HostMatrix.allocate(DType.FLOAT32, 2, 2)) {
      source.fill(0);
      backend.download(device, target);
      assertThat(target.toArray()).isDeepEqualTo(new double[][] {{1, 2}, {3, 4}});
      assertThat(device.backend()).isEqualTo("cpu");
      assertThat(device.rows(1, 2).rows()).isEqualTo(1);
      assertThat(backend.id()).isEqualTo(BackendId.CPU);
      assertThat(backend.budget().limit()).isEqualTo(1 << 20);
      assertThat(
              backend
                  .solve()
                  .cholesky(backend.upload(HostMatrix.of(new double[][] {{4}})), Jitter.NONE))
          .isZero();
      try (HostMatrix wrong = HostMatrix.allocate(DType.FLOAT32, 1, 2)) {
        assertThatThrownBy(() -> backend.download(device, wrong))
            .isInstanceOf(ShapeException.class);
      }
    }
  }

  @Test
  void refusesMatricesOfOtherBackends() {
    try (HostMatrix host = HostMatrix.of(new double[][] {{1}})) {
      DeviceMatrix foreign = new Foreign(host);
      assertThatThrownBy(() -> CpuMatrix.host(foreign))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "the cpu backend needs host matrices or its own but has a 1×1 float64 matrix of the abacus backend");
    }
  }

  @Test
  void closedBackendRefusesWork() {
    Backend backend = provider.open(config);
    backend.close();
    try (HostMatrix a = HostMatrix.of(new double[][] {{1, 0}, {0, 1}})) {
      assertThatThrownBy(() -> backend.solve().cholesky(a, Jitter.NONE))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("closed");
    }
  }

  @Test
  void readsTheProcessorNameOrGoesOn(@TempDir Path folder) throws IOException {
    Path info = folder.resolve("cpuinfo");
    Files.writeString(info, "processor\t: 0\nmodel name\t: Fast: 9000\nmodel name\t: other\n");
    assertThat(Processor.fromCpuInfo(info)).contains("Fast: 9000");
    Files.writeString(info, "processor\t: 0\nno colon\nmodel name\t:  \n");
    assertThat(Processor.fromCpuInfo(info)).isEmpty();
    assertThat(Processor.fromCpuInfo(folder.resolve("absent"))).isEmpty();
    assertThat(Processor.name()).isNotBlank();
  }

  /** A matrix in the memory of a device that nobody has. */
  private record Foreign(HostMatrix host) implements DeviceMatrix {
    @Override
    public String backend() {
      return "abacus";
    }

    @Override
    public long rows() {
      return host.rows();
    }

    @Override
    public long cols() {
      return host.cols();
    }

    @Override
    public long rowStride() {
      return host.rowStride();
    }

    @Override
    public DType dtype() {
      return host.dtype();
    }

    @Override
    public DeviceMatrix rows(long from, long to) {
      return new Foreign(host.rows(from, to));
    }

    @Override
    public DeviceMatrix reshape(long rows, long cols) {
      return new Foreign(host.reshape(rows, cols));
    }

    @Override
    public void close() {
      host.close();
    }
  }
}
