package dev.lamina.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.Lamina;
import dev.lamina.backend.Availability;
import dev.lamina.backend.BackendProvider;
import dev.lamina.backend.BackendSelector;
import dev.lamina.backend.BackendUnavailableException;
import dev.lamina.backend.Finding;
import dev.lamina.config.BackendChoice;
import dev.lamina.config.LaminaConfig;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class CudaBackendProviderTest {
  private static final LaminaConfig CUDA = LaminaConfig.defaults().withBackend(BackendChoice.CUDA);

  @Test
  void isFoundByTheServiceLoader() {
    assertThat(BackendSelector.providers())
        .hasSize(1)
        .first()
        .isInstanceOf(CudaBackendProvider.class);
  }

  private static Availability.Unavailable requireAbsent() {
    Availability state = new CudaBackendProvider().probe(CUDA);
    Assumptions.assumeTrue(state instanceof Availability.Unavailable, "this machine has a GPU");
    return (Availability.Unavailable) state;
  }

  @Test
  void aForcedChoiceShowsTheWholeTable() {
    Availability.Unavailable absent = requireAbsent();
    List<BackendProvider> providers = List.of(new CudaBackendProvider());
    assertThatThrownBy(() -> Lamina.open(CUDA, providers))
        .isInstanceOf(BackendUnavailableException.class)
        .hasMessage(
            """
            the backend cuda is not available
            backend = cuda (code): not available
              cuda  unavailable  %s: %s
                                 → %s
              cpu   unavailable  not installed: no provider of it is on the class path
                                 → add the artifact dev.lamina:lamina-cpu-backend\
            """
                .formatted(absent.reason().text(), absent.detail(), absent.remedy()));
  }

  @Test
  void saysTheSameEachTimeItIsAsked() {
    Availability.Unavailable first = requireAbsent();
    Availability.Unavailable second = requireAbsent();
    assertThat(second).isEqualTo(first);
    assertThat(second.cause()).isEqualTo(first.cause());
  }

  @Test
  void refusesToOpen() {
    Availability.Unavailable absent = requireAbsent();
    assertThatThrownBy(() -> new CudaBackendProvider().open(CUDA))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(absent.detail());
  }

  @Test
  void findingsNameDriverCodeAndLibraries() {
    assertThat(new CudaBackendProvider().findings(CUDA))
        .extracting(Finding::name)
        .contains(
            "NVIDIA driver",
            "device code",
            "emulated device",
            "libcublas.so.12",
            "libcublas.so.13",
            "matrix products");
  }
}
