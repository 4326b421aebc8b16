package dev.lamina.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.backend.Availability;
import dev.lamina.backend.BackendId;
import dev.lamina.backend.BackendProvider;
import dev.lamina.config.LaminaConfig;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class ContractMainTest {
  private final StringWriter said = new StringWriter();

  private int run(String... names) {
    return ContractMain.run(new PrintWriter(said, true), names);
  }

  @Test
  void wrongArgumentsAreExplained() {
    assertThat(run()).isEqualTo(2);
    assertThat(run("cdua")).isEqualTo(2);
    assertThat(run("cpu/Nomrs")).isEqualTo(2);
    assertThat(said.toString())
        .contains("no backend named", "'cdua'", "'Nomrs'", "[cuda, cpu, cuda-emulated]", "Norms, ");
  }

  @Test
  void aGroupRunsAlone() {
    assertThat(run("cpu/Angles")).as(said.toString()).isZero();
  }

  @Test
  void anAbsentBackendHasNotPassed() {
    boolean absent =
        ServiceLoader.load(BackendProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(provider -> provider.id() == BackendId.CUDA)
            .allMatch(provider ->
                provider.probe(LaminaConfig.defaults()) instanceof Availability.Unavailable);
    Assumptions.assumeTrue(absent, "this machine has a GPU");
    assertThat(run("cuda")).isEqualTo(1);
  }
}
