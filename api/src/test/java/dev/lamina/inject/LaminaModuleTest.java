package dev.lamina.inject;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.inject.ConfigurationException;
import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.ProvisionException;
import dev.lamina.Lamina;
import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendId;
import dev.lamina.backend.BackendProvider;
import dev.lamina.backend.BackendReport;
import dev.lamina.backend.BackendUnavailableException;
import dev.lamina.backend.FakeBackend;
import dev.lamina.backend.FakeProvider;
import dev.lamina.config.BackendChoice;
import dev.lamina.config.LaminaConfig;
import dev.lamina.ops.GramOps;
import dev.lamina.ops.SolveOps;
import java.util.List;
import org.junit.jupiter.api.Test;

class LaminaModuleTest {
  private static final LaminaConfig CPU = LaminaConfig.defaults().withBackend(BackendChoice.CPU);
  private static final List<BackendProvider> PROVIDERS =
      List.of(FakeProvider.available(BackendId.CPU));

  static final class NeedsGram {
    // Without @Inject: a strict injector does not make it.
    NeedsGram() {}
  }

  @Test
  void everythingComesFromOneBackend() {
    Injector injector = Guice.createInjector(new LaminaModule(CPU, PROVIDERS));
    Lamina lamina = injector.getInstance(Lamina.class);
    assertThat(injector.getInstance(Lamina.class)).isSameAs(lamina);
    assertThat(injector.getInstance(Backend.class)).isSameAs(lamina.backend());
    assertThat(injector.getInstance(GramOps.class)).isSameAs(lamina.gram());
    assertThat(injector.getInstance(SolveOps.class)).isSameAs(lamina.solve());
    assertThat(injector.getInstance(BackendReport.class)).isSameAs(lamina.report());
    assertThat(injector.getInstance(LaminaConfig.class)).isSameAs(CPU);
    lamina.close();
    assertThat(((FakeBackend) lamina.backend()).timesClosed()).isEqualTo(1);
  }

  @Test
  void nothingIsBoundByAccident() {
    Injector injector = Guice.createInjector(new LaminaModule(CPU, PROVIDERS));
    assertThatThrownBy(() -> injector.getInstance(NeedsGram.class))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("Explicit bindings are required");
  }

  @Test
  void missingForcedBackendIsTheCauseOfTheProvisionException() {
    Injector injector =
        Guice.createInjector(new LaminaModule(CPU.withBackend(BackendChoice.CUDA), PROVIDERS));
    assertThatThrownBy(() -> injector.getInstance(Backend.class))
        .isInstanceOf(ProvisionException.class)
        .hasCauseInstanceOf(BackendUnavailableException.class);
  }

  @Test
  void withoutGuiceItIsTheSame() {
    try (Lamina lamina = Lamina.open(CPU, PROVIDERS)) {
      assertThat(lamina.backend().id()).isEqualTo(BackendId.CPU);
      assertThat(lamina.config()).isSameAs(CPU);
      assertThat(lamina.report().requireSelected()).isEqualTo(BackendId.CPU);
    }
  }
}
