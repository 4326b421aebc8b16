package dev.lamina.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.kernels.DeviceCode;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole way through JCuda, in processes of their own over a stand-in for the driver. */
class JCudaDriverTest {
  @TempDir static Path folder;

  private static Path driver;
  private static Path emulation;

  @BeforeAll
  @SuppressWarnings("SystemOut") // a skipped test must be seen
  static void compile() throws IOException {
    if (!DeviceCode.hasEmulation() || DeviceCode.packed().isEmpty()) {
      System.out.println("SKIPPED: JCuda over the emulation needs a build with g++ and nvcc");
      Assumptions.abort("no emulation or no device code");
    }
    emulation = DeviceCode.extractEmulation(folder);
    driver = folder.resolve("libcuda.so.1");
    NativeFakes.compile("emulated_libcuda.cpp", driver, "-Wl,-soname,libcuda.so.1");
  }

  private static String run(Map<String, String> environment) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(a -> a.startsWith("--") && !a.contains("agent"))
        .forEach(command::add);
    command.addAll(
        List.of(
            "--add-modules",
            "jdk.incubator.vector",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            JCudaOverEmulation.class.getName(),
            driver.toString()));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("EMULATION_LIBRARY", emulation.toString());
    builder.environment().putAll(environment);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  @Test
  void computesThroughJCuda() throws Exception {
    assertThat(run(Map.of()))
        .contains(
            "available: Stand-in for a GPU\n",
            "finding: NVIDIA driver: CUDA 13.0\n",
            "finding: device 0: Stand-in for a GPU, 0.1 GiB, compute capability 9.0, 2 multiprocessors\n",
            "opened and closed 20 times\n",
            "same bits as the emulated driver: true\n",
            "layers have the same bits: true\n",
            "missing: load device code a test: no device function named no_such_function (500); the device code and this version of Lamina do not belong together: build both anew\n",
            "left open: 0\n");
  }

  @Test
  void saysThatThereIsNoDevice() throws Exception {
    assertThat(run(Map.of("EMULATED_INIT_STATUS", "100")))
        .contains("unavailable: the NVIDIA driver finds no GPU (CUDA_ERROR_NO_DEVICE, 100); ");
    assertThat(run(Map.of("EMULATED_DEVICE_COUNT", "0")))
        .contains("unavailable: the NVIDIA driver finds no GPU (CUDA_ERROR_NO_DEVICE, 100); ");
  }
}
