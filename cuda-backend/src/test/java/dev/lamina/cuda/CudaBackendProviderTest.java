package dev.lamina.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.Lamina;
import dev.lamina.backend.BackendProvider;
import dev.lamina.backend.BackendSelector;
import dev.lamina.backend.BackendUnavailableException;
import dev.lamina.config.BackendChoice;
import dev.lamina.config.LaminaConfig;
import java.util.List;
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

  @Test
  void saysHonestlyThatItHasNoDeviceCode() {
    List<BackendProvider> providers = List.of(new CudaBackendProvider());
    assertThatThrownBy(() -> Lamina.open(CUDA, providers))
        .isInstanceOf(BackendUnavailableException.class)
        .hasMessage(
            """
            the backend cuda is not available
            backend = cuda (code): not available
              cuda  unavailable  no device code: this version of Lamina has no CUDA device code yet, whatever GPU the machine has
                                 → set lamina.backend = cpu to choose the processor without this line
              cpu   unavailable  not installed: no provider of it is on the class path
                                 → add the artifact dev.lamina:lamina-cpu-backend\
            """);
  }

  @Test
  void refusesToOpen() {
    assertThatThrownBy(() -> new CudaBackendProvider().open(CUDA))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("no CUDA device code yet");
  }
}
