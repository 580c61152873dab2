package pages

import (
	"html/template"
	"log/slog"
	"net/http"
	"time"

	"foyer/internal/account"
	"foyer/internal/consent"
	"foyer/internal/disclosure"
	"foyer/internal/permission"
	"foyer/internal/registry"
	"foyer/internal/text"
)

// Options are what the pages stand on. All but the two Demo functions are needed.
type Options struct {
	Texts    *text.Texts
	Gate     *disclosure.Gate
	Registry *registry.Registry
	Accounts *account.Accounts
	Wall     func() time.Time // consent, accesses
	World    func() time.Time // alerts and figures
	Zone     *time.Location   // of the console
	Contact  Contact
	Tariff   func(id string) string // the name of a tariff, its id where none is known
	By       consent.Controller     // who answers for the data, as papers say
	Plain    bool                   // the listener speaks plain HTTP: cookies are not Secure
	Log      *slog.Logger

	// DemoFamily signs in who opens /m/{slug} in a demo, and nowhere else.
	DemoFamily func(slug string) (disclosure.Credential, bool)
	// DemoConsole signs in who opens /console/demo in a demo, and nowhere else.
	DemoConsole func() (disclosure.Credential, bool)
}

// A Site draws the pages and answers their forms.
type Site struct {
	Options
	templates map[string]*template.Template
	assets    map[string]asset
}

// New prepares the pages. It fails when a template or a text does not hold.
func New(o Options) (*Site, error) {
	t, err := loadTemplates()
	if err != nil {
		return nil, err
	}
	a, err := loadAssets()
	if err != nil {
		return nil, err
	}
	return &Site{Options: o, templates: t, assets: a}, nil
}

// A Route is one address the site answers. Its pattern is Echo's: "/i/:code".
type Route struct {
	Method, Pattern string
	Handler         http.HandlerFunc
}

// Routes lists every address. Values of patterns are read by [http.Request.PathValue].
func (s *Site) Routes() []Route {
	get := func(pattern string, h handler) Route {
		return Route{http.MethodGet, pattern, s.handle(s.guard(permission.Route(http.MethodGet, pattern), h))}
	}
	post := func(pattern string, h handler) Route {
		return Route{http.MethodPost, pattern, s.handle(s.guard(permission.Route(http.MethodPost, pattern), h))}
	}
	return []Route{
		get("/", s.start),
		{http.MethodGet, "/assets/:name", s.serveAsset},
		post("/language", s.setLanguage),
		get("/accessibility", s.accessibility),
		get("/charter", s.showCharter),

		get("/erasure", s.askErasure),
		post("/erasure", s.showErasure),

		post("/i", s.typeCode),
		get("/i/:code", s.showInvitation),
		post("/i/:code", s.useInvitation),

		get("/leave", s.leaveNow),
		post("/m/open", s.comeBack),
		get("/m", s.start),
		get("/m/", s.showHome),
		get("/m/:slug", s.showDemo),
		get("/m/money", s.showMoney),
		get("/m/findings", s.showFindings),
		get("/m/answers", s.showAnswers),
		post("/m/answers", s.sayAnswer),
		get("/m/tariffs", s.showTariffs),
		get("/m/consent", s.showConsent),
		post("/m/consent", s.answerConsent),
		post("/m/consent/less", s.shareLess),
		get("/m/receipts", s.showReceipts),
		get("/m/stop", s.askStop),
		post("/m/stop", s.stop),
		get("/m/erase", s.askErase),
		post("/m/erase", s.erase),
		post("/m/erase/confirm", s.confirmErase),
		get("/m/access", s.showAccess),
		get("/m/export", s.showExport),
		get("/m/phones", s.showPhones),
		post("/m/phones/end", s.endPhone),
		post("/m/signout", s.leave),

		get("/setup/:token", s.showSetup),
		post("/setup/:token", s.usePassword),

		get("/console", s.showDesk),
		get("/console/demo", s.enterDemo),
		get("/console/sign-in", s.askSignIn),
		post("/console/sign-in", s.signIn),
		get("/console/second", s.askSecond),
		post("/console/second", s.answerSecond),
		post("/console/signout", s.signOut),
		get("/console/account", s.showAccount),
		post("/console/account/password", s.changePassword),
		get("/console/families", s.showFamilies),
		get("/console/families/:id/money", s.showFamilyMoney),
		get("/console/families/:id/findings", s.showFamilyFindings),
		get("/console/families/:id/answers", s.showFamilyAnswers),
		post("/console/families/:id/answers", s.writeFamilyAnswer),
		get("/console/receipts/:id", s.showReceipt),
		get("/console/papers", s.showPapers),
		get("/console/households", s.showHouseholds),
		get("/console/households/:id/papers", s.showPapersOf),
		post("/console/households/:id/assign", s.assignHousehold),
		post("/console/households/:id/disconnect", s.disconnectHousehold),
		post("/console/households/:id/letter", s.writeLetter),
		get("/console/households/:id/erase", s.askEraseOf),
		post("/console/households/:id/erase", s.eraseOf),
		post("/console/households/:id/erase/confirm", s.confirmEraseOf),
		get("/console/erasure", s.askErasureAtDesk),
		post("/console/erasure", s.showErasureAtDesk),
		post("/console/case-load/:id/end", s.endHelp),
		get("/console/ledger", s.showLedger),
		get("/console/gaps", s.showGaps),
		get("/console/aggregates", s.showTogether),
		get("/console/runs", s.showRuns),
		get("/console/journal", s.showJournal),
		post("/console/journal", s.compareJournal),
		get("/console/journal/entry", s.showEntry),
		get("/console/charter", s.showAmendments),
		get("/console/alerts/:id", s.showAlert),
		post("/console/alerts/:id/take", s.takeAlert),
		post("/console/alerts/:id/close", s.closeAlert),
	}
}
