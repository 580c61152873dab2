package permission

// A Rule says who may use one address.
type Rule struct {
	Route string // "GET /api/v1/families/{id}"
	May   Reaches
	Scope Scope // what a token needs; "" where any token will do
}

// Reaches says how far each role may go; one that is missing may not at all.
type Reaches map[Role]Reach

var (
	anybody    = everybody()
	caseworker = Reaches{Caseworker: CaseLoad}
	lead       = Reaches{Lead: Allowed}
	helping    = Reaches{Caseworker: CaseLoad, Lead: Allowed} // names and who helps whom, no figure
	operator   = Reaches{Operator: Allowed}
	family     = Reaches{Family: Own}
	staff      = Reaches{Caseworker: Own, Lead: Own, Auditor: Own, Funder: Own, Operator: Own}
	recordings = Reaches{Caseworker: Own, Lead: Own}                       // of what one wrote down oneself
	together   = Reaches{Lead: Allowed, Auditor: Allowed, Funder: Allowed} // all homes at once, none of few
	verifying  = Reaches{Operator: Allowed, Auditor: Allowed}              // what is claimed, of nobody
	// Incidents of gateways are about no family: the operator sees those alone.
	called  = Reaches{Caseworker: CaseLoad, Operator: Allowed, Machine: Allowed}
	calling = Reaches{Caseworker: CaseLoad, Operator: Allowed}
)

func everybody() Reaches {
	all := Reaches{}
	for _, r := range Roles {
		all[r] = Allowed
	}
	return all
}

// Table is every permission there is, in the order of the reference page.
var Table = []Rule{
	{Route: "GET /api/v1/families", May: Reaches{Caseworker: CaseLoad, Machine: Allowed}, Scope: ReadFamilies},
	{Route: "GET /api/v1/families/{id}", May: Reaches{Caseworker: CaseLoad, Machine: Allowed}, Scope: ReadFamilies},
	{Route: "GET /api/v1/families/{id}/usage", May: Reaches{Caseworker: CaseLoad, Machine: Allowed}, Scope: ReadFamilies},
	{Route: "GET /api/v1/families/{id}/money", May: Reaches{Caseworker: CaseLoad, Machine: Allowed}, Scope: ReadFamilies},
	{Route: "GET /api/v1/alerts", May: called, Scope: ReadAlerts},
	{Route: "GET /api/v1/alerts/{id}", May: called, Scope: ReadAlerts},
	{Route: "POST /api/v1/alerts/{id}/acknowledge", May: called, Scope: WriteAlerts},
	{Route: "POST /api/v1/alerts/{id}/resolve", May: called, Scope: WriteAlerts},
	{Route: "GET /api/v1/events", May: called, Scope: ReadAlerts},
	{Route: "GET /api/v1/conflicts", May: operator},
	{Route: "GET /api/v1/ledger", May: operator},
	{Route: "GET /api/v1/gaps", May: operator},
	{Route: "GET /api/v1/aggregates", May: together},
	{Route: "GET /api/v1/runs", May: verifying},
	{Route: "GET /api/v1/journal", May: verifying},
	{Route: "GET /api/v1/journal/checkpoint", May: anybody},
	{Route: "GET /api/v1/charter", May: anybody},
	{Route: "GET /api/v1/households", May: lead},
	{Route: "POST /api/v1/households/{id}/disconnect", May: helping},
	{Route: "POST /api/v1/households/{id}/consents", May: helping},
	{Route: "POST /api/v1/households/{id}/erasure", May: lead},
	{Route: "POST /api/v1/households/{id}/erasure/confirm", May: lead},
	{Route: "GET /api/v1/staff", May: Reaches{Caseworker: Allowed, Lead: Allowed}},
	{Route: "GET /api/v1/case-load", May: helping},
	{Route: "POST /api/v1/case-load", May: helping},
	{Route: "GET /api/v1/case-load/{id}", May: helping},
	{Route: "POST /api/v1/case-load/{id}/end", May: helping},
	{Route: "GET /api/v1/me", May: Reaches{Family: Own, Caseworker: Own, Lead: Own, Auditor: Own, Funder: Own, Operator: Own, Machine: Own}},
	{Route: "GET /api/v1/me/usage", May: family},
	{Route: "GET /api/v1/me/money", May: family},
	{Route: "GET /api/v1/me/answers", May: family},
	{Route: "POST /api/v1/me/answers", May: family},
	{Route: "GET /api/v1/me/what-if", May: family},
	{Route: "GET /api/v1/me/consents", May: family},
	{Route: "POST /api/v1/me/consents", May: family},
	{Route: "POST /api/v1/me/erasure", May: family},
	{Route: "POST /api/v1/me/erasure/confirm", May: family},
	{Route: "GET /api/v1/me/receipts", May: family},
	{Route: "GET /api/v1/me/receipts/{id}", May: family},
	{Route: "GET /api/v1/me/access", May: family},
	{Route: "GET /api/v1/me/access/{id}", May: family},
	{Route: "GET /api/v1/me/export", May: family},
	{Route: "GET /api/v1/me/export.zip", May: family},
	{Route: "GET /api/v1/receipts/{id}", May: recordings},
	{Route: "POST /api/v1/erasure", May: anybody}, // who has its code

	{Route: "GET /", May: anybody},
	{Route: "GET /assets/{name}", May: anybody},
	{Route: "POST /language", May: anybody},
	{Route: "GET /accessibility", May: anybody},
	{Route: "GET /charter", May: anybody},
	{Route: "GET /erasure", May: anybody},
	{Route: "POST /erasure", May: anybody},
	{Route: "POST /i", May: anybody},
	{Route: "GET /i/{code}", May: anybody},
	{Route: "POST /i/{code}", May: anybody},
	{Route: "GET /leave", May: anybody},
	{Route: "POST /m/open", May: family},
	{Route: "GET /m", May: anybody},
	{Route: "GET /m/", May: family},
	{Route: "GET /m/{slug}", May: anybody},
	{Route: "GET /m/money", May: family},
	{Route: "GET /m/findings", May: family},
	{Route: "GET /m/answers", May: family},
	{Route: "POST /m/answers", May: family},
	{Route: "GET /m/tariffs", May: family},
	{Route: "GET /m/consent", May: family},
	{Route: "POST /m/consent", May: family},
	{Route: "POST /m/consent/less", May: family},
	{Route: "GET /m/receipts", May: family},
	{Route: "GET /m/stop", May: family},
	{Route: "POST /m/stop", May: family},
	{Route: "GET /m/erase", May: family},
	{Route: "POST /m/erase", May: family},
	{Route: "POST /m/erase/confirm", May: family},
	{Route: "GET /m/access", May: family},
	{Route: "GET /m/export", May: family},
	{Route: "GET /m/phones", May: family},
	{Route: "POST /m/phones/end", May: family},
	{Route: "POST /m/signout", May: family},
	{Route: "GET /setup/{token}", May: anybody}, // who has its token
	{Route: "POST /setup/{token}", May: anybody},
	{Route: "GET /console", May: calling},
	{Route: "GET /console/demo", May: anybody},
	{Route: "GET /console/sign-in", May: anybody},
	{Route: "POST /console/sign-in", May: anybody},
	{Route: "GET /console/second", May: anybody},
	{Route: "POST /console/second", May: anybody},
	{Route: "POST /console/signout", May: anybody},
	{Route: "GET /console/account", May: staff},
	{Route: "POST /console/account/password", May: staff},
	{Route: "GET /console/families", May: caseworker},
	{Route: "GET /console/families/{id}/money", May: caseworker},
	{Route: "GET /console/families/{id}/findings", May: caseworker},
	{Route: "GET /console/families/{id}/answers", May: caseworker},
	{Route: "POST /console/families/{id}/answers", May: caseworker},
	{Route: "GET /console/receipts/{id}", May: recordings},
	{Route: "GET /console/papers", May: helping},
	{Route: "GET /console/households", May: lead},
	{Route: "GET /console/households/{id}/papers", May: helping},
	{Route: "POST /console/households/{id}/assign", May: lead},
	{Route: "POST /console/households/{id}/disconnect", May: lead},
	{Route: "POST /console/households/{id}/letter", May: lead},
	{Route: "GET /console/households/{id}/erase", May: lead},
	{Route: "POST /console/households/{id}/erase", May: lead},
	{Route: "POST /console/households/{id}/erase/confirm", May: lead},
	{Route: "GET /console/erasure", May: lead}, // who has its code
	{Route: "POST /console/erasure", May: lead},
	{Route: "POST /console/case-load/{id}/end", May: lead},
	{Route: "GET /console/aggregates", May: together},
	{Route: "GET /console/ledger", May: operator},
	{Route: "GET /console/gaps", May: operator},
	{Route: "GET /console/runs", May: verifying},
	{Route: "GET /console/journal", May: verifying},
	{Route: "POST /console/journal", May: verifying},
	{Route: "GET /console/journal/entry", May: verifying},
	{Route: "GET /console/charter", May: Reaches{Lead: Allowed, Auditor: Allowed, Funder: Allowed, Operator: Allowed}},
	{Route: "GET /console/alerts/{id}", May: calling},
	{Route: "POST /console/alerts/{id}/take", May: calling},
	{Route: "POST /console/alerts/{id}/close", May: calling},

	{Route: "GET /healthz", May: anybody},
	{Route: "GET /readyz", May: anybody},
	{Route: "GET /version", May: anybody},
	{Route: "GET /api/openapi.json", May: anybody},
	{Route: "GET /api/openapi.yaml", May: anybody},
	{Route: "GET /api/docs", May: anybody},
	// From this machine, or with the token of the metrics: see metrics.token.
	{Route: "GET /metrics", May: anybody},
}
