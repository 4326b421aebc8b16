package dev.lamina.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.backend.Availability;
import dev.lamina.backend.Availability.Available;
import dev.lamina.backend.Availability.Reason;
import dev.lamina.backend.Availability.Unavailable;
import dev.lamina.cuda.CudaDriver.DeviceProperties;
import dev.lamina.kernels.DeviceCode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The exact texts that users read when there is no usable GPU. */
class CudaProbeTest {
  private static final DeviceProperties H200 =
      new DeviceProperties("NVIDIA H200", 150_754_820_096L, 132, 9, 0, 13_000);

  /** A machine as a probe sees it. */
  private record View(
      Optional<LinkageError> loadFailure,
      int initialise,
      int driverVersion,
      List<DeviceProperties> devices,
      List<DeviceCode.Target> packed,
      int ptxVersion)
      implements CudaSystemView {

    static View of(LinkageError failure) {
      return new View(Optional.of(failure), 0, 0, List.of(), List.of(), 0);
    }

    static View of(int status) {
      return new View(Optional.empty(), status, 0, List.of(), List.of(), 0);
    }

    static View of(List<DeviceCode.Target> packed, DeviceProperties... devices) {
      return new View(Optional.empty(), 0, 13_000, List.of(devices), packed, 13_000);
    }
  }

  private static Availability probe(View view) {
    return new CudaProbe(view).probe(0);
  }

  private static void requireSaid(View view, Reason reason, String detail, String remedy) {
    assertThat(probe(view))
        .isInstanceOfSatisfying(
            Unavailable.class,
            u -> {
              assertThat(u.reason()).isEqualTo(reason);
              assertThat(u.detail()).isEqualTo(detail);
              assertThat(u.remedy()).isEqualTo(remedy);
            });
  }

  @Test
  void withoutADriver() {
    LinkageError failure =
        new UnsatisfiedLinkError(
            """
            Error while loading native library "JCudaDriver-12.6.0-linux-x86_64"
            java.lang.UnsatisfiedLinkError: no JCudaDriver-12.6.0-linux-x86_64 in java.library.path
            java.lang.UnsatisfiedLinkError: /tmp/x.so: libcuda.so.1: cannot open shared object file\
            """);
    requireSaid(
        View.of(failure),
        Reason.DRIVER,
        "there is no NVIDIA driver: libcuda.so.1 was not found",
        "on a machine with an NVIDIA GPU install NVIDIA's driver; elsewhere set lamina.backend = cpu to choose the processor without this line");
    assertThat(((Unavailable) probe(View.of(failure))).cause()).containsSame(failure);
  }

  @Test
  void withoutJCudasNativeLibrary() {
    requireSaid(
        View.of(
            new UnsatisfiedLinkError(
                "java.io.IOException: No resource found with name '/lib/libJCudaDriver-12.6.0-linux-x86_64.so'")),
        Reason.NATIVE_LIBRARY,
        "JCuda's native library for this system is not on the class path",
        "add org.jcuda:jcuda-natives:12.6.0 with the classifier of this system (linux-x86_64 or windows-x86_64)");
  }

  @Test
  void withALibraryThatDoesNotFit() {
    requireSaid(
        View.of(new UnsatisfiedLinkError("/tmp/x.so: version `GLIBC_2.99' not found\nmore")),
        Reason.NATIVE_LIBRARY,
        "JCuda does not load: /tmp/x.so: version `GLIBC_2.99' not found",
        "see the cause with --debug; `lamina doctor` shows what was looked for");
  }

  @Test
  void withADriverButNoGpu() {
    requireSaid(
        View.of(100),
        Reason.NO_DEVICE,
        "the NVIDIA driver finds no GPU (CUDA_ERROR_NO_DEVICE, 100)",
        "check with nvidia-smi that the GPU is seen, and CUDA_VISIBLE_DEVICES");
    requireSaid(
        View.of(List.of()),
        Reason.NO_DEVICE,
        "the NVIDIA driver finds no GPU (CUDA_ERROR_NO_DEVICE, 100)",
        "check with nvidia-smi that the GPU is seen, and CUDA_VISIBLE_DEVICES");
  }

  @Test
  void withADriverThatIsMissingOrTooOld() {
    requireSaid(
        View.of(35),
        Reason.DRIVER,
        "the NVIDIA driver is missing or too old for CUDA 12 (CUDA_ERROR_INSUFFICIENT_DRIVER, 35)",
        "install a newer NVIDIA driver");
  }

  @Test
  void withTheToolkitsStub() {
    requireSaid(
        View.of(34),
        Reason.DRIVER,
        "the NVIDIA driver does not start (CUDA_ERROR_STUB_LIBRARY, 34)",
        "the library that was loaded is the toolkit's stub: take its folder out of LD_LIBRARY_PATH");
  }

  @Test
  void withoutDeviceCode() {
    requireSaid(
        View.of(List.of(), H200),
        Reason.NO_DEVICE_CODE,
        "this build of Lamina carries no device code: there was no nvcc when it was built",
        "build it where CUDA's nvcc 13 is on the PATH");
  }

  @Test
  void withAGpuThatIsTooOld() {
    requireSaid(
        View.of(DeviceCode.TARGETS, new DeviceProperties("Tesla P100", 1L << 34, 56, 6, 0, 13_000)),
        Reason.NO_DEVICE_CODE,
        "Tesla P100 has compute capability 6.0, but device code is for sm_100, sm_90a, sm_80, compute_75",
        "Lamina's device code needs compute capability 7.5 or later");
  }

  @Test
  void withADriverThatIsTooOldForThePtx() {
    requireSaid(
        View.of(
            DeviceCode.TARGETS, new DeviceProperties("NVIDIA Future", 1L << 34, 56, 12, 0, 12_040)),
        Reason.DRIVER,
        "the NVIDIA driver serves CUDA 12.4, but this build's PTX needs 13.0",
        "install a newer NVIDIA driver");
  }

  @Test
  void withAnotherDeviceNumber() {
    Availability state = new CudaProbe(View.of(DeviceCode.TARGETS, H200, H200)).probe(2);
    assertThat(((Unavailable) state).detail())
        .isEqualTo("lamina.cuda.device = 2 but there are only 0 (NVIDIA H200), 1 (NVIDIA H200)");
  }

  @Test
  void withAUsableGpu() {
    assertThat(probe(View.of(DeviceCode.TARGETS, H200)))
        .isInstanceOfSatisfying(
            Available.class,
            a -> {
              assertThat(a.device().name()).isEqualTo("NVIDIA H200");
              assertThat(a.device().parallelism()).isEqualTo(132);
              assertThat(a.device().detail())
                  .isEqualTo("compute capability 9.0, driver for CUDA 13.0");
            });
  }

  @Test
  void ptxSaysWhichDriverItNeeds() {
    byte[] ptx =
        "//\n// Generated\n.version 9.0\n.target sm_75\n".getBytes(StandardCharsets.US_ASCII);
    assertThat(PtxVersion.cuda(ptx)).isEqualTo(13_000);
    assertThat(PtxVersion.cuda(new byte[0])).isZero();
  }

  @Test
  void everyStatusHasANameAndARemedy() {
    for (int code = 1; code < 1000; code++) {
      CudaStatus status = CudaStatus.of(code);
      assertThat(status.name()).startsWith("CUDA_ERROR");
      assertThat(status.remedy()).isNotBlank();
    }
    assertThat(CudaStatus.of(2).exception("allocate 7 bytes"))
        .hasMessage(
            "allocate 7 bytes: CUDA_ERROR_OUT_OF_MEMORY (2); close device matrices or other programs on the device, or lower lamina.memory-budget");
  }
}
