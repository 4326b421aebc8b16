package dev.lamina.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lamina.kernels.DeviceCode.Target;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The one list of device functions against what the compilers made of the sources. */
final class DeviceCodeTest {

  private static List<String> listed(String module) {
    return Arrays.stream(DeviceFunction.values())
        .filter(f -> f.module().equals(module))
        .map(DeviceFunction::entry)
        .toList();
  }

  @Test
  void everyModuleHasTheListedEntries() {
    assumeTrue(!DeviceCode.packed().isEmpty(), "built without nvcc");
    assertThat(DeviceCode.TARGETS).containsAll(DeviceCode.packed());
    for (Target target : DeviceCode.packed()) {
      for (String module : DeviceFunction.modules()) {
        String code = new String(DeviceCode.code(module, target), StandardCharsets.ISO_8859_1);
        // PTX declares its entries; a cubin has a section for the machine code of each.
        Pattern entry =
            Pattern.compile(
                target.target().startsWith("sm_") ? "\\.text\\.([a-z0-9_]+)\0" : "\\.entry (\\w+)");
        assertThat(entry.matcher(code).results().map(m -> m.group(1)).distinct())
            .as("%s for %s", module, target)
            .containsExactlyInAnyOrderElementsOf(listed(module));
      }
    }
  }

  @Test
  void theEmulationHasTheListedEntriesAndParameters(@TempDir Path folder) {
    assumeTrue(DeviceCode.hasEmulation(), "built without g++");
    try (EmulatedDevice device =
        new EmulatedDevice(DeviceCode.extractEmulation(folder), 1 << 20, 1, 1)) {
      assertThat(device.functions())
          .containsExactlyInAnyOrderElementsOf(
              Arrays.stream(DeviceFunction.values()).map(DeviceFunction::entry).toList());
      for (DeviceFunction function : DeviceFunction.values()) {
        assertThat(device.parameters(function.entry()))
            .as(function.entry())
            .isEqualTo(function.parameters().size());
      }
      assertThat(device.parameters("no_such_function")).isEqualTo(-1);
    }
  }

  @Test
  void machineCodeRunsOnItsMajorVersionAndPtxOnAllNewerOnes() {
    Target ampere = new Target("sm_80", 8, 0);
    assertThat(ampere.runsOn(8, 0)).isTrue();
    assertThat(ampere.runsOn(8, 9)).isTrue();
    assertThat(ampere.runsOn(9, 0)).isFalse();
    Target hopper = new Target("sm_90a", 9, 0);
    assertThat(hopper.runsOn(9, 0)).isTrue();
    assertThat(hopper.runsOn(9, 1)).isFalse();
    Target ptx = new Target("compute_75", 7, 5);
    assertThat(ptx.runsOn(7, 5)).isTrue();
    assertThat(ptx.runsOn(12, 1)).isTrue();
    assertThat(ptx.runsOn(7, 0)).isFalse();
  }
}
